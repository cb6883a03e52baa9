import { closestMatch } from 'leven'
import { VERSION } from '../src/openapi/openapi.ts'
import { type Command, EXIT, type ExitCode, type OptionSpecs, UsageError } from './command.ts'
import { doctor } from './commands/doctor.ts'
import { emulator } from './commands/emulator.ts'
import { login } from './commands/login.ts'
import { serve } from './commands/serve.ts'
import { upload } from './commands/upload.ts'
import { explain } from './explain.ts'
import { commandHelp, overview } from './help.ts'
import type { Terminal } from './terminal.ts'

const COMMANDS: readonly Command[] = [login, doctor, upload, emulator, serve]

/**
 * Runs a command line. Resolves to the exit code; to undefined when the process goes on until a signal ends it. Rejects only
 * for a bug.
 */
export async function runCli([name, ...args]: readonly string[], terminal: Terminal): Promise<ExitCode | undefined> {
  if (name === '--version') {
    terminal.print(VERSION)
    return EXIT.done
  }
  if (name === undefined || name === '--help' || name === 'help') return showHelp(args[0], name, terminal)
  const command = COMMANDS.find((known) => known.name === name)
  if (command === undefined) return unknownCommand(name, terminal)
  if (args.includes('--help')) {
    terminal.print(commandHelp(command))
    return EXIT.done
  }
  try {
    return await command.run(args, terminal)
  } catch (error) {
    return report(error, command, terminal)
  }
}

function showHelp(about: string | undefined, asked: string | undefined, terminal: Terminal): ExitCode {
  const command = COMMANDS.find(({ name }) => name === about)
  if (about !== undefined && command === undefined) return unknownCommand(about, terminal)
  const text = command === undefined ? overview(COMMANDS) : commandHelp(command)
  if (asked === undefined) terminal.note(text)
  else terminal.print(text)
  return asked === undefined ? EXIT.usage : EXIT.done
}

function unknownCommand(name: string, terminal: Terminal): ExitCode {
  const meant = closestMatch(
    name,
    COMMANDS.map((command) => command.name),
    { maxDistance: 2 },
  )
  const advice = meant === undefined ? 'hono-x-media --help lists them' : `did you mean ${meant}?`
  terminal.note(`There is no command ${name}: ${advice}`)
  return EXIT.usage
}

function report(error: unknown, { name, options }: Command, terminal: Terminal): ExitCode {
  if (isUsageError(error)) {
    terminal.note(`${unknownOption(error, options) ?? error.message}\nhono-x-media ${name} --help says how to use it.`)
    return EXIT.usage
  }
  const sentence = explain(error)
  if (sentence === undefined) throw error
  terminal.note(sentence)
  return EXIT.failed
}

/** What `parseArgs` says of an unknown option also advises on arguments that begin with a hyphen, which nobody meant. */
function unknownOption({ message }: Error, options: OptionSpecs): string | undefined {
  const [sentence, name] = /^Unknown option '--?([^']+)'/.exec(message) ?? []
  if (name === undefined) return undefined
  const meant = closestMatch(name, Object.keys(options), { maxDistance: 2 })
  return meant === undefined ? `${sentence}.` : `${sentence}: did you mean --${meant}?`
}

/** Whether the arguments are wrong, by our own judgement or that of `parseArgs`. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

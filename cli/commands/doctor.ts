import process from 'node:process'
import { parseArgs } from 'node:util'
import { type Command, EXIT, type ExitCode, type OptionSpecs, UsageError } from '../command.ts'
import { checkBodies } from '../doctor/check-bodies.ts'
import { checkRuntime, checkSecret } from '../doctor/check-environment.ts'
import { checkEvents } from '../doctor/check-events.ts'
import { checkDescription, checkOrigin, checkOwnOrigin } from '../doctor/check-mount.ts'
import { checkSignIn, hasSignIn } from '../doctor/check-sign-in.ts'
import { checkX } from '../doctor/check-x.ts'
import { type Finding, formatFinding } from '../doctor/finding.ts'
import type { MountedServer } from '../doctor/mounted-server.ts'
import { type Environment, readEnvironment } from '../env-file.ts'
import { readHeaders, readMountUrl } from '../header-option.ts'
import type { Terminal } from '../terminal.ts'

const OPTIONS = {
  env: {
    type: 'string',
    value: 'FILE',
    help: 'A file with variables that the environment lacks. Default: .env, if there is one.',
  },
  header: {
    type: 'string',
    multiple: true,
    value: "'NAME: VALUE'",
    help: 'A header of every request to the server, to sign in.',
  },
  origin: {
    type: 'string',
    multiple: true,
    value: 'ORIGIN',
    help: 'An origin whose pages should be able to upload, such as https://app.example.',
  },
} satisfies OptionSpecs

export const doctor: Command = {
  name: 'doctor',
  summary: 'Find out what is wrong with the token, the set-up, or a server and what stands in front of it',
  usage: "[URL] [--header 'NAME: VALUE'] [--origin ORIGIN]",
  details: [
    'It checks X_BEARER_TOKEN, X_MEDIA_SECRET, the runtime, the clock and the way to X (X_API_BASE_URL). If users sign in with X, it checks X_REDIRECT_URI, X_CLIENT_ID and X_CLIENT_SECRET, and needs no token. With the URL of a mount, such as https://app.example/media, it checks that too: CORS, how large a body may be, and whether events arrive in time. For the last two the server needs the option http.doctor; they send up to 122 MB, which counts as five uploads.',
    'Each line is one finding: ✓ fine, ! a warning, ✗ something to mend, – not checked. It sends nothing to X but two questions, one of which X charges for.',
  ],
  options: OPTIONS,
  examples: [
    'doctor',
    'doctor --env .dev.vars',
    "doctor https://app.example/media --header 'Cookie: session=…' --origin https://www.app.example",
  ],
  run: runDoctor,
}

async function runDoctor(args: string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
  const [url, ...others] = positionals
  if (others.length > 0) throw new UsageError('Give one URL at most.')
  const server = url === undefined ? undefined : { url: readMountUrl(url), headers: readHeaders(values.header) }
  const env = await readEnvironment(terminal.env, values.env)
  let faults = 0
  for await (const finding of examine(env, server, values.origin ?? [])) {
    terminal.print(formatFinding(finding))
    if (finding.level === 'fault') faults++
  }
  terminal.note(faults === 0 ? 'Nothing is wrong.' : `${faults} ${faults === 1 ? 'thing' : 'things'} to mend.`)
  return faults === 0 ? EXIT.done : EXIT.failed
}

async function* examine(
  env: Environment,
  server: MountedServer | undefined,
  origins: readonly string[],
): AsyncGenerator<Finding> {
  const isRemote = server !== undefined
  yield checkRuntime(process.versions)
  yield checkSecret(env, isRemote)
  if (hasSignIn(env)) yield* checkSignIn(env)
  yield* checkX(env, isRemote)
  if (server === undefined) return
  const mount = await checkDescription(server)
  yield mount
  if (mount.level === 'fault') return
  yield await checkOwnOrigin(server)
  for (const origin of origins) yield await checkOrigin(server, origin)
  yield await checkBodies(server)
  yield await checkEvents(server)
}

import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { FaultPlan } from '../../src/emulator/index.ts'
import { parseFaultPlan } from '../../src/emulator/parse-fault-plan.ts'
import type { Command, ExitCode, OptionSpecs } from '../command.ts'
import { ExplainedError } from '../explained-error.ts'
import { announce } from '../server/announce.ts'
import { readPort } from '../server/demo-options.ts'
import { readEmulatorOptions, serveEmulator } from '../server/serve-emulator.ts'
import type { Terminal } from '../terminal.ts'

const OPTIONS = {
  port: {
    type: 'string',
    value: 'PORT',
    help: 'The port to listen on; 0 takes any free one. Default: the variable PORT, or 8788.',
  },
  faults: {
    type: 'string',
    value: 'FILE',
    help: 'A JSON file that says which calls fail: {"faults": […], "random": {…}}, or only the list.',
  },
} satisfies OptionSpecs

export const emulator: Command = {
  name: 'emulator',
  summary: 'Serve an emulated X, to develop and test without an account',
  usage: '[--port PORT] [--faults FILE]',
  details: [
    'Set x.baseUrl to its URL, and apiBaseUrl of xSignIn; the quick start and the other commands read X_API_BASE_URL. Any text will do as the token. It prints "listening on" and the URL when it is ready. The variable EMULATOR_OPTIONS holds further options of createEmulator, as JSON.',
  ],
  options: OPTIONS,
  examples: ['emulator', 'emulator --port 9000 --faults faults.json'],
  run: runEmulator,
}

async function runEmulator(args: string[], { env }: Terminal): Promise<ExitCode | undefined> {
  const { values } = parseArgs({ args, options: OPTIONS })
  const port = readPort({ PORT: values.port ?? env['PORT'] }, 8788)
  const plan = values.faults === undefined ? {} : await readFaults(values.faults)
  announce(await serveEmulator({ ...readEmulatorOptions(env), ...plan }, port))
  return undefined
}

async function readFaults(file: string): Promise<FaultPlan> {
  const plan = parseJson(await readFile(file, 'utf8'), file)
  return parseFaultPlan(Array.isArray(plan) ? { faults: plan } : plan)
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ExplainedError(`${file} is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

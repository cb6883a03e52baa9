/** An emulator of X's media API that is as strict, and on demand as nasty, as the real one. */

import { type Context, Hono } from 'hono'
import { describeStatus } from './actions.ts'
import type { RequestCounts, Step, Violation } from './call-log.ts'
import { commandMediaId, commandOf, commandStep, runCommand } from './command-routes.ts'
import { addSubtitles, createPost, deleteSubtitles, setMetadata } from './companions.ts'
import { createControl } from './control.ts'
import type { EmulatorOptions } from './emulator-options.ts'
import { createExchange, type Target } from './exchange.ts'
import type { FaultPlan } from './faults.ts'
import type { Incoming } from './incoming.ts'
import { json, plainProblem } from './refusals.ts'
import { reportUpload, summarize, type UploadReport, type UploadSummary } from './reports.ts'
import { appendSegment, finalizeUpload, initialize, uploadAtOnce } from './resource-routes.ts'
import { createWorld, type World } from './world.ts'

export { type OpenCall, type RequestCounts, STEPS, type Step, type Violation, type ViolationKind } from './call-log.ts'
export type { EmulatorOptions, ResetConnection } from './emulator-options.ts'
export {
  ERROR_BODIES,
  type ErrorBody,
  FAULT_KINDS,
  type Fault,
  type FaultEffect,
  type FaultKind,
  type FaultPlan,
  LIMITS,
  type Limit,
  type RandomFaults,
  SURVIVABLE_EFFECTS,
} from './faults.ts'
export type { ProcessingTimes } from './processing.ts'
export type { UploadReport, UploadSummary } from './reports.ts'
export type { RefreshOptions, TokenGrant, TokenOptions } from './tokens.ts'

/** What `createEmulator` makes. */
export interface Emulator {
  /** X's API and, under `/_emulator`, the control routes. */
  readonly app: Hono
  /** One upload with the SHA-256 of its bytes; undefined for an unknown id. */
  upload(id: string): Promise<UploadReport | undefined>
  uploads(): UploadSummary[]
  /** Replaces the faults, those of the options included. Throws a `TypeError` if they make no sense. */
  setFaults(plan: FaultPlan): void
  /** Breaches of the protocol so far. */
  violations(): Violation[]
  /** Calls so far, and those without an answer yet. */
  requests(): RequestCounts
  /** Moves the clock on. */
  advance(seconds: number): void
  /** Forgets uploads, violations, counts, faults and issued tokens, and ends hanging calls; the clock stays. */
  reset(): void
}

/** Throws a `TypeError` for faults that make no sense. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const world = createWorld(options)
  return {
    app: createApp(world),
    async upload(id) {
      const upload = world.uploads.get(id)
      return upload === undefined ? undefined : reportUpload(world, upload)
    },
    uploads: () => world.uploads.all().map((upload) => summarize(world, upload)),
    setFaults: world.setFaults,
    violations: world.ledger.violations,
    requests: world.ledger.requests,
    advance: world.clock.advance,
    reset: world.reset,
  }
}

function createApp(world: World): Hono {
  const app = new Hono()
  const call = (step: Step, handle: (world: World, incoming: Incoming) => Response) =>
    createExchange(
      world,
      () => step,
      (incoming) => ({ step, id: mediaId(incoming), handle: (received) => handle(world, received) }),
    )

  if (world.dialect !== 'command') {
    app.post('/2/media/upload/initialize', call('initialize', initialize))
    app.post('/2/media/upload/:id/append', call('append', appendSegment))
    app.post('/2/media/upload/:id/finalize', call('finalize', finalizeUpload))
  }
  app.post('/2/media/upload', createExchange(world, addressedStep(world), chooseGeneration(world)))
  app.get(
    '/2/media/upload',
    call('status', (_, incoming) => json(describeStatus(world, incoming))),
  )
  app.post('/2/media/metadata', call('metadata', setMetadata))
  app.post('/2/media/subtitles', call('subtitles', addSubtitles))
  app.delete('/2/media/subtitles', call('subtitles', deleteSubtitles))
  app.post('/2/tweets', call('post', createPost))
  app.post(
    '/2/oauth2/token',
    call('token', (_, { headers, body }) => world.tokens.grant(headers, body.fields)),
  )
  app.route('/_emulator', createControl(world))
  app.notFound(() => plainProblem(404, 'Not Found'))
  app.onError((error) => {
    // A connection that is reset, or whose client left: the host's business, and a rejection to a caller in-process.
    throw error
  })
  return app
}

/** The id in the address, or in the body of metadata and subtitles. */
function mediaId({ call, body }: Incoming): string | undefined {
  const id = call.id ?? body.fields['id']
  return typeof id === 'string' ? id : undefined
}

/** A command in the address is known before the body; one in the form only after it. */
function addressedStep(world: World): (c: Context) => Step {
  return (c) => (world.dialect === 'resource' ? undefined : commandStep(c.req.query('command'))) ?? 'upload'
}

function chooseGeneration(world: World): (incoming: Incoming) => Target {
  return (incoming) => {
    const command = world.dialect === 'resource' ? undefined : commandOf(incoming)
    if (command === undefined && world.dialect !== 'command') {
      return { step: 'upload', id: undefined, handle: (received) => uploadAtOnce(world, received) }
    }
    const step = commandStep(command) ?? 'upload'
    return { step, id: commandMediaId(incoming), handle: (received) => runCommand(world, received) }
  }
}

import { CATEGORY_MAX_BYTES, categoryAccepts, isMediaType, isProcessed } from '../x/limits.ts'
import type { XMedia, XProcessingInfo } from '../x/schemas.ts'
import { createLedger, type Ledger } from './call-log.ts'
import type { EmulatorOptions } from './emulator-options.ts'
import { createFaultSource, type FaultSource } from './fault-plan.ts'
import { type FaultPlan, faultPlan } from './faults.ts'
import { type Clock, createClock } from './movable-clock.ts'
import { INVALID_MEDIA, type ProcessingTimes, processingInfo } from './processing.ts'
import { invalid } from './refusals.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createUploads, type NewUpload, type Upload, type Uploads } from './uploads.ts'

/** Everything one emulator knows. */
export interface World {
  readonly dialect: 'both' | 'resource' | 'command'
  readonly maxSegmentBytes: number
  readonly repeatedFinalize: 'refuse' | 'answer'
  readonly clock: Clock
  readonly ledger: Ledger
  readonly uploads: Uploads
  readonly tokens: Tokens
  readonly resetConnection: EmulatorOptions['reset']
  faults: FaultSource
  /** Ends each call that hangs. Not an AbortController: workerd allows none outside of a request. */
  readonly hanging: Set<() => void>
  /** Starts an upload, refusing what X refuses at initialize. */
  start(upload: NewUpload): Upload
  /** Where the processing of a finalized upload stands; undefined for what X does not process. */
  processing(upload: Upload): XProcessingInfo | undefined
  expiresAfterSecs(upload: Upload): number
  /** The upload as X describes it. */
  describe(upload: Upload): XMedia
  setFaults(plan: FaultPlan): void
  /** Forgets uploads, violations, counts, faults and issued tokens; the clock stays. */
  reset(): void
}

const DEFAULT_TIMES: ProcessingTimes = { pendingSecs: 1, inProgressSecs: 2, checkAfterSecs: 1 }

export function createWorld(options: EmulatorOptions): World {
  const clock = createClock(options.now ?? Date.now)
  const uploads = createUploads(clock, options.expiresAfterSecs)
  const times = { ...DEFAULT_TIMES, ...options.processing }

  const world: World = {
    dialect: options.dialect ?? 'both',
    maxSegmentBytes: options.maxSegmentBytes ?? 5 * 1024 * 1024 - 1,
    repeatedFinalize: options.repeatedFinalize ?? 'refuse',
    clock,
    ledger: createLedger(),
    uploads,
    tokens: createTokens(options, clock),
    resetConnection: options.reset,
    faults: createFaultSource(parsePlan(pickPlan(options))),
    hanging: new Set(),
    start(request) {
      const upload = uploads.create(request)
      const { category, mediaType, totalBytes = 0 } = upload
      const limit = CATEGORY_MAX_BYTES[category]
      if (options.enforceSizes !== false && totalBytes > limit) {
        throw invalid(`File size exceeds ${limit} bytes.`, { total_bytes: [`${totalBytes}`] })
      }
      // X takes a PNG as `amplify_video`, gives it an id, and only then fails.
      if (mediaType !== undefined && isMediaType(mediaType) && !categoryAccepts(category, mediaType)) {
        upload.twist.failure = INVALID_MEDIA
      }
      return upload
    },
    processing({ category, finalizedAt, twist }) {
      if (finalizedAt === undefined || !isProcessed(category)) return undefined
      return processingInfo((clock.now() - finalizedAt) / 1000, times, twist)
    },
    expiresAfterSecs: (upload) => Math.max(0, Math.ceil((upload.expiresAt - clock.now()) / 1000)),
    describe(upload) {
      const processing = world.processing(upload)
      return {
        id: upload.id,
        media_key: upload.mediaKey,
        size: upload.size,
        expires_after_secs: world.expiresAfterSecs(upload),
        ...(processing === undefined ? {} : { processing_info: processing }),
        ...(upload.category.endsWith('_image') ? { image: describeImage(upload) } : {}),
      }
    },
    setFaults(plan) {
      world.faults = createFaultSource(parsePlan(plan))
    },
    reset() {
      for (const release of world.hanging) release()
      world.faults = createFaultSource({})
      uploads.clear()
      world.ledger.clear()
      world.tokens.clear()
    },
  }
  return world
}

/** The emulator decodes nothing: every image measures one pixel. */
function describeImage(upload: Upload): NonNullable<XMedia['image']> {
  return { image_type: upload.mediaType ?? 'image/jpeg', w: 1, h: 1 }
}

function pickPlan({ faults, random }: FaultPlan): FaultPlan {
  return { ...(faults === undefined ? {} : { faults }), ...(random === undefined ? {} : { random }) }
}

function parsePlan(plan: FaultPlan): FaultPlan {
  const result = faultPlan.safeParse(plan)
  if (!result.success) throw new TypeError(`emulator: not a plan of faults: ${JSON.stringify(result.error.issues)}`)
  return result.data
}

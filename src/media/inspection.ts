import { XMediaError } from '../errors.ts'
import type { EmitMediaEvent, InspectedUpload, JudgedFile, MediaInspection } from '../ingress/media-check.ts'
import { isRecord } from '../lib/is-record.ts'
import type { Violation } from '../media-facts.ts'
import { createFileHash, type FileHash, type SavedHash } from './file-hash.ts'
import { IMAGE_FORMATS, SUBTITLE_FORMATS } from './image-formats.ts'
import { createProbe, type Probe, type ProbeOptions } from './probe.ts'
import { missingAltText } from './rules/alt-text.ts'
import { judge } from './rules/judge.ts'
import type { MediaRulesSettings } from './rules/media-rules.ts'
import { VIDEO_FORMATS } from './video-formats.ts'

const FORMATS = [...IMAGE_FORMATS, ...VIDEO_FORMATS, ...SUBTITLE_FORMATS]

/** An upload has up to six APPENDs in flight, and one segment that is being read. */
const KEPT_STATES = 8

interface Saved {
  /** Bytes that have passed. */
  offset: number
  hasEnded?: boolean
  /** At most 1 KiB. Undefined: the facts are unknown. */
  probe?: unknown
  hash?: SavedHash | undefined
}

/** Reads a file's facts as it passes, and holds them against the rules. */
export function createInspection(
  { account, rules, onViolation, requireAltText, beforeFinalize }: MediaRulesSettings,
  upload: InspectedUpload,
  emit: EmitMediaEvent,
): MediaInspection {
  const { offset, segmentBytes } = upload
  const start = startAt(upload)
  const probe = start && openProbe(start, { formats: FORMATS, firstSegmentBytes: segmentBytes, onError })
  const hash = start && beforeFinalize && openHash(start)
  let position = offset
  let hasEnded = start?.hasEnded ?? false
  const states: Saved[] = []
  let warnings: readonly Violation[] = []

  function onError(error: unknown): void {
    const { mediaId } = upload
    const reason = error instanceof Error ? error.message : String(error)
    emit({ type: 'facts_unknown', ...(mediaId === undefined ? {} : { mediaId }), reason })
  }

  function end(): void {
    if (hasEnded) return
    hasEnded = true
    probe?.end()
  }

  function check({ category, totalBytes: bytes, altText, altTextMayFollow }: JudgedFile): void {
    if (position >= bytes) end()
    const facts = probe?.facts()
    const judgement = facts && judge(facts, { rules, account, onViolation, category, bytes })
    const missing = requireAltText && !altText && !altTextMayFollow ? missingAltText(category) : undefined
    warnings = [...(judgement?.warnings ?? []), ...(missing ? [missing] : [])]
    if (judgement && judgement.violations.length > 0) throw unsupported(judgement.violations)
    if (missing && requireAltText === 'refuse') throw new XMediaError('alt_text_missing', missing.detail)
  }

  return {
    push(bytes) {
      position += bytes.length
      probe?.push(bytes)
      hash?.push(bytes)
      // The state before the end of a short file has all its bytes, and is too large.
      if (position === upload.totalBytes) end()
      if (upload.isTransient) return
      states.push({ offset: position, hasEnded, probe: probe?.save(), hash: hash?.save() })
      if (states.length > KEPT_STATES) states.shift()
    },
    needsFirstSegment: () => probe !== undefined && !probe.done && probe.skippable < segmentBytes - position,
    judge: check,
    async finish(file) {
      check(file)
      const { category, totalBytes } = file
      const refusal = await beforeFinalize?.({ category, totalBytes, facts: probe?.facts(), sha256: hash?.digest() })
      if (typeof refusal === 'string') throw new XMediaError('content_refused', refusal)
    },
    findings() {
      const facts = probe?.facts()
      return { ...(facts && { facts }), ...(warnings.length > 0 && { warnings }) }
    },
    savedAt: (bytes) => states.findLast((state) => state.offset === bytes),
  }
}

/** Where to start. Undefined: what was saved is missing, or of other bytes, so that nothing can be known. */
function startAt({ offset, inspection: saved }: InspectedUpload): Saved | undefined {
  if (offset === 0) return { offset }
  return isSaved(saved) && saved.offset === offset ? saved : undefined
}

/** Only `push` writes it, so its members are not looked at one by one. */
function isSaved(saved: unknown): saved is Saved {
  return isRecord(saved) && typeof saved['offset'] === 'number'
}

function openProbe({ offset, probe }: Saved, options: ProbeOptions): Probe | undefined {
  return offset > 0 && probe === undefined ? undefined : createProbe(options, probe)
}

function openHash({ offset, hash }: Saved): FileHash | undefined {
  return offset > 0 && hash === undefined ? undefined : createFileHash(hash)
}

function unsupported(violations: readonly Violation[]): XMediaError {
  const detail = violations.map((violation) => violation.detail).join(' ')
  return new XMediaError('media_unsupported', detail, { members: { violations } })
}

/** Uploads as the control routes and `Emulator` report them. */

import { toHex } from '../lib/encoding.ts'
import { isRecord } from '../lib/is-record.ts'
import type { SubtitlesRequest, XProcessingState } from '../x/schemas.ts'
import type { EmulatorState } from './emulator-state.ts'
import { processingOf } from './media-object.ts'
import { bytesOf, orderedSegments, type Upload } from './uploads.ts'

/** JSON leaves out members that are undefined. */
export interface UploadSummary {
  id: string
  media_key: string
  /** `receiving` before FINALIZE, then X's processing state; `succeeded` for media that X does not process. */
  state: 'receiving' | XProcessingState
  media_type: string | undefined
  media_category: string
  total_bytes: number | undefined
  /** Bytes received. */
  size: number
  finalized: boolean
  /** Sorted by index; sizes in bytes. */
  segments: { index: number; size: number }[]
  /** APPENDs that have no answer yet. */
  appends_in_flight: number
  /** Id of the user who started the upload. */
  owner: string
  /** Ids of other users who may use the media. */
  additional_owners: string[]
  shared: boolean
  alt_text: string | undefined
  metadata: Record<string, unknown>
  subtitles: SubtitlesRequest['subtitles'][]
}

export interface UploadReport extends UploadSummary {
  /** Hash of the bytes, segments sorted by index, in hexadecimal. */
  sha256: string
}

export function summarizeUpload(state: EmulatorState, upload: Upload): UploadSummary {
  const isFinalized = upload.finalizedAt !== undefined
  return {
    id: upload.id,
    media_key: upload.mediaKey,
    state: isFinalized ? (processingOf(state, upload)?.state ?? 'succeeded') : 'receiving',
    media_type: upload.mediaType,
    media_category: upload.category,
    total_bytes: upload.totalBytes,
    size: upload.size,
    finalized: isFinalized,
    segments: orderedSegments(upload).map(([index, bytes]) => ({ index, size: bytes.length })),
    appends_in_flight: state.log.appendsInFlight(upload.id),
    owner: upload.owner,
    additional_owners: [...upload.additionalOwners],
    shared: upload.shared,
    alt_text: altText(upload.metadata),
    metadata: { ...upload.metadata },
    subtitles: [...upload.subtitles],
  }
}

export async function reportUpload(state: EmulatorState, upload: Upload): Promise<UploadReport> {
  const digest = await crypto.subtle.digest('SHA-256', bytesOf(upload))
  return { ...summarizeUpload(state, upload), sha256: toHex(new Uint8Array(digest)) }
}

export function altText({ alt_text: altText }: Record<string, unknown>): string | undefined {
  return isRecord(altText) && typeof altText['text'] === 'string' ? altText['text'] : undefined
}

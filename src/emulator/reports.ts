/** Uploads as the control routes show them. */

import type { SubtitlesRequest, XProcessingState } from '../x/schemas.ts'
import { concat } from './call-body.ts'
import { orderedSegments, type Upload } from './uploads.ts'
import type { World } from './world.ts'

/** In JSON, what is undefined is left out. */
export interface UploadSummary {
  id: string
  media_key: string
  /** `receiving` until FINALIZE, then X's processing state; `succeeded` for what X does not process. */
  state: 'receiving' | XProcessingState
  media_type: string | undefined
  media_category: string
  total_bytes: number | undefined
  /** Bytes received. */
  size: number
  finalized: boolean
  /** In the order of their indices; sizes in bytes. */
  segments: { index: number; size: number }[]
  /** APPENDs without an answer yet. */
  appends_in_flight: number
  owner: string
  additional_owners: string[]
  shared: boolean
  alt_text: string | undefined
  metadata: Record<string, unknown>
  subtitles: SubtitlesRequest['subtitles'][]
}

export interface UploadReport extends UploadSummary {
  /** Of the bytes in index order, hexadecimal. */
  sha256: string
}

export function summarize(world: World, upload: Upload): UploadSummary {
  const isFinalized = upload.finalizedAt !== undefined
  return {
    id: upload.id,
    media_key: upload.mediaKey,
    state: isFinalized ? (world.processing(upload)?.state ?? 'succeeded') : 'receiving',
    media_type: upload.mediaType,
    media_category: upload.category,
    total_bytes: upload.totalBytes,
    size: upload.size,
    finalized: isFinalized,
    segments: orderedSegments(upload).map(([index, bytes]) => ({ index, size: bytes.length })),
    appends_in_flight: world.ledger.appendsInFlight(upload.id),
    owner: upload.owner,
    additional_owners: [...upload.additionalOwners],
    shared: upload.shared,
    alt_text: altText(upload.metadata),
    metadata: { ...upload.metadata },
    subtitles: [...upload.subtitles],
  }
}

export async function reportUpload(world: World, upload: Upload): Promise<UploadReport> {
  const bytes = concat(
    orderedSegments(upload).map(([, segment]) => segment),
    upload.size,
  )
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { ...summarize(world, upload), sha256 }
}

function altText(metadata: Record<string, unknown>): string | undefined {
  const value = metadata['alt_text']
  if (typeof value !== 'object' || value === null || !('text' in value)) return undefined
  return typeof value.text === 'string' ? value.text : undefined
}

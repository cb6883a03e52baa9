/** An upload as X describes it. */

import { isProcessed } from '../x/limits.ts'
import type { XMedia, XProcessingInfo } from '../x/schemas.ts'
import type { EmulatorState } from './emulator-state.ts'
import { imageSize } from './image-size.ts'
import { processingInfo } from './processing.ts'
import { bytesOf, type Upload } from './uploads.ts'

export function describeMedia(state: EmulatorState, upload: Upload): XMedia {
  const processing = processingOf(state, upload)
  return {
    id: upload.id,
    media_key: upload.mediaKey,
    size: upload.size,
    expires_after_secs: expiresAfterSecs(state, upload),
    ...(processing === undefined ? {} : { processing_info: processing }),
    ...(upload.category.endsWith('_image') ? { image: describeImage(upload) } : {}),
  }
}

/** How far the processing of an upload is; undefined before FINALIZE, and for images and subtitles. */
export function processingOf(state: EmulatorState, upload: Upload): XProcessingInfo | undefined {
  const { category, finalizedAt, processingOverrides } = upload
  if (finalizedAt === undefined || !isProcessed(category)) return undefined
  return processingInfo((state.now() - finalizedAt) / 1000, state.options.processing, processingOverrides)
}

/** Whole seconds until the upload expires, rounded up; 0 when it has expired. */
export function expiresAfterSecs(state: EmulatorState, upload: Upload): number {
  return Math.max(0, Math.ceil((upload.expiresAt - state.now()) / 1000))
}

/** Whether posts can have it: it is finalized, has not expired, and its processing succeeded. */
export function isUsable(state: EmulatorState, upload: Upload): boolean {
  if (upload.finalizedAt === undefined || expiresAfterSecs(state, upload) === 0) return false
  const processing = processingOf(state, upload)
  if (processing === undefined) return upload.processingOverrides.ending === undefined
  return processing.state === 'succeeded'
}

function describeImage(upload: Upload): NonNullable<XMedia['image']> {
  return { image_type: upload.mediaType ?? 'image/jpeg', ...imageSize(bytesOf(upload)) }
}

/** A transform for Node, Bun and Deno, by sharp. https://sharp.pixelplumbing.com */

import sharp from 'sharp'
import type { TransformedImage, TransformImage } from '../../src/media/index.ts'

/** The longest side that X shows, pixels. */
const MAX_SIDE = 4096
/** X's limit for images. */
const MAX_BYTES = 5 * 1024 * 1024
/** From hardly visible to visible: the first one that fits counts. */
const JPEG_QUALITIES = [90, 80, 70, 60, 40]

/** Whether this build of sharp reads HEIC: the usual one has no decoder for HEVC, which is patented. */
const readsHeic = sharp.format.heif.input.fileSuffix?.includes('.heic') ?? false

/**
 * Makes an image fit for X: at most 4096 × 4096 pixels and 5 MiB, upright, and without metadata such as the place where a
 * photo was taken. A PNG stays one if it fits; all else becomes JPEG.
 */
export const fitForX: TransformImage = async (input, { container, animated }, { signal }) => {
  // Only the first frame of an animation would be left. What sharp cannot read gets the usual refusal.
  if (animated || container === 'bmp' || (container === 'heic' && !readsHeic)) return undefined
  const image = sharp(input)
    .autoOrient()
    .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
  if (container === 'png') {
    const body = await image.clone().png().toBuffer()
    if (body.length <= MAX_BYTES) return { body, mediaType: 'image/png' }
  }
  // JPEG has no transparency.
  const opaque = image.flatten({ background: 'white' })
  let result: TransformedImage | undefined
  for (const quality of JPEG_QUALITIES) {
    signal.throwIfAborted()
    const body = await opaque.clone().jpeg({ quality }).toBuffer()
    result = { body, mediaType: 'image/jpeg' }
    if (body.length <= MAX_BYTES) break
  }
  return result
}

/**
 * A Worker whose images become smaller by Cloudflare Images. In wrangler.toml: `[images]` and `binding = "IMAGES"`.
 * https://developers.cloudflare.com/images/transform-images/bindings/
 */

import { Hono } from 'hono'
import { type Worker, worker } from '../../adapters/cloudflare.ts'
import { type DemoEnv, demoOptions } from '../../cli/server/demo-options.ts'
import { xMedia } from '../../src/index.ts'
import { mediaRules, type TransformImage } from '../../src/media/index.ts'

/** As much of the binding as this Worker uses. */
interface Images {
  input(image: ReadableStream<Uint8Array>): ImageInput
}
interface ImageInput {
  transform(transform: { width: number; height: number; fit: 'scale-down' }): ImageInput
  output(options: { format: 'image/jpeg'; quality: number }): Promise<ImageOutput>
}
interface ImageOutput {
  contentType(): string
  image(): ReadableStream<Uint8Array>
}

type Env = DemoEnv & { IMAGES: Images }

/** The longest side that X shows, pixels. */
const MAX_SIDE = 4096

/** What Cloudflare Images reads. It turns photos upright, and its JPEGs have no metadata but the copyright. */
const READABLE = ['jpeg', 'png', 'webp', 'heic', 'avif']

const shrink: TransformImage<{ Bindings: Env }> = async (input, { container, animated }, { c }) => {
  if (c === undefined || animated || !READABLE.includes(container)) return undefined
  const output = await c.env.IMAGES.input(new Blob([input]).stream())
    .transform({ width: MAX_SIDE, height: MAX_SIDE, fit: 'scale-down' })
    .output({ format: 'image/jpeg', quality: 85 })
  return { body: output.image(), mediaType: output.contentType() }
}

const app: Worker<Env> = worker((env: Env) => {
  const options = { ...demoOptions(env), media: mediaRules({ transform: shrink }) }
  return new Hono().route('/media', xMedia(options))
})
export default app

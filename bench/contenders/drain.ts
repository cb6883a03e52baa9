import { openRequestReader } from '../../src/ingress/byte-reader.ts'

const VIEW_BYTES = 256 * 1024

/** Reads a body as the middleware reads it and throws it away: what is left is the runtime's own cost. */
export async function drain(request: Request, onlyBegin: boolean): Promise<Response> {
  const reader = openRequestReader(request)
  if (reader === undefined) throw new TypeError('something else has read the body')
  let view = new Uint8Array(VIEW_BYTES)
  for (let done = false; !done; ) {
    const read = await reader.read(view, 0)
    view = read.view
    done = read.done || onlyBegin
  }
  if (onlyBegin) reader.cancel(new Error('refused'))
  return new Response('{}', { status: onlyBegin ? 400 : 201 })
}

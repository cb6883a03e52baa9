/** A Server-Sent Event. */
export interface ServerEvent {
  name: string
  data: string
}

/**
 * Whether responses can be read while they arrive. React Native's `fetch` cannot: it would answer only when the stream has
 * ended. A polyfill of Web Streams does not change that.
 */
export function canReadStreams(): boolean {
  return typeof ReadableStream !== 'undefined' && typeof Response !== 'undefined' && 'body' in Response.prototype
}

/**
 * Reads events until the stream ends or `onEvent` returns true.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function readEvents(
  stream: ReadableStream<Uint8Array>,
  onEvent: (event: ServerEvent) => boolean,
  onBytes: () => void,
): Promise<void> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onBytes()
    text += decoder.decode(value, { stream: true })
    const blocks = text.split(/\r?\n\r?\n/)
    text = blocks.pop() ?? ''
    if (blocks.some((block) => onEvent(parseEvent(block)))) return
  }
}

function parseEvent(block: string): ServerEvent {
  const fields = block.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line))
  const valuesOf = (name: string) => fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []))
  return { name: valuesOf('event').at(-1) ?? '', data: valuesOf('data').join('\n') }
}

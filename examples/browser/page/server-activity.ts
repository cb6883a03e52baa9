import type { XMediaEvent } from '../../../src/index.ts'

/** How long to wait before asking for the events again, milliseconds. */
const AGAIN_MS = 2000

/** Calls `onEvent` with what the server does for this user, from now on and so far. */
export async function followServer(onEvent: (event: XMediaEvent) => void): Promise<void> {
  const seen = new Set<string>()
  for (;;) {
    try {
      const { body } = await fetch('/activity')
      if (body)
        await readLines(body, (line) => {
          // The server repeats what it has kept.
          if (!seen.has(line)) onEvent(JSON.parse(line))
          seen.add(line)
        })
    } catch {
      // The server may be back soon.
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
}

async function readLines(body: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (text + decoder.decode(value, { stream: true })).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  }
}

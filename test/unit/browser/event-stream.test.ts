import { describe, expect, it } from 'vitest'
import { readEvents, type ServerEvent } from '../../../src/browser/event-stream.ts'

const STREAM =
  ': hello\n\nevent: status\ndata: {"a":"ä"}\nid: 1\n\nevent: status\r\ndata: one\r\ndata: two\r\n\r\ndata:last\n\n'
const EVENTS = [
  { name: '', data: '' },
  { name: 'status', data: '{"a":"ä"}' },
  { name: 'status', data: 'one\ntwo' },
  { name: '', data: 'last' },
]

/** A stream of these bytes, in pieces of this size. */
function streamOf(text: string, pieceBytes: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + pieceBytes))
      at += pieceBytes
    },
  })
}

async function eventsIn(text: string, pieceBytes: number): Promise<ServerEvent[]> {
  const events: ServerEvent[] = []
  const collect = (event: ServerEvent) => {
    events.push(event)
    return false
  }
  await readEvents(streamOf(text, pieceBytes), collect, () => {})
  return events
}

describe('readEvents', () => {
  it.each([1, 2, 3, 7, 1000])('reads the same events whatever the pieces: %i bytes', async (pieceBytes) => {
    expect(await eventsIn(STREAM, pieceBytes)).toEqual(EVENTS)
  })

  it('ignores an event that the end of the stream has cut off', async () => {
    expect(await eventsIn('data: a\n\ndata: b\n', 1000)).toEqual([{ name: '', data: 'a' }])
  })

  it('stops at the first event that is enough, and tells of all bytes', async () => {
    const seen: string[] = []
    let alive = 0
    const isEnough = ({ data }: ServerEvent) => {
      seen.push(data)
      return data === 'b'
    }
    await readEvents(streamOf('data: a\n\ndata: b\n\ndata: c\n\n', 9), isEnough, () => alive++)
    expect(seen).toEqual(['a', 'b'])
    expect(alive).toBe(2)
  })
})

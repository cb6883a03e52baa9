import { joined } from './bytes.ts'
import { mp4Box } from './mp4-boxes.ts'
import { readVideoFixture } from './video-fixtures.ts'

/**
 * A video of test/fixtures/media-facts with its `moov` first or last. Nobody could play it, as its samples are no longer
 * where its tables say.
 *
 * @param fillerBytes Bytes between `moov` and the other end that say nothing. By default, more than a segment of 8,000 bytes.
 */
export function movieWith(name: string, moov: 'first' | 'last', fillerBytes = 12_000): Uint8Array<ArrayBuffer> {
  const boxes = boxesOf(readVideoFixture(name))
  const isMoov = ({ type }: Box) => type === 'moov'
  const bytesOf = (found: readonly Box[]) => found.map(({ bytes }) => bytes)
  const [type, others] = [boxes.slice(0, 1), boxes.slice(1).filter((box) => !isMoov(box))]
  const [movie, media] = [bytesOf(boxes.filter(isMoov)), bytesOf(others)]
  const filler = mp4Box('free', new Uint8Array(fillerBytes))
  const rest = moov === 'first' ? [...movie, filler, ...media] : [filler, ...media, ...movie]
  return joined(...bytesOf(type), ...rest)
}

interface Box {
  type: string
  bytes: Uint8Array
}

function boxesOf(file: Uint8Array<ArrayBuffer>): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at < file.length; ) {
    const size = new DataView(file.buffer, at).getUint32(0)
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8))
    boxes.push({ type, bytes: file.subarray(at, at + size) })
    at += size
  }
  return boxes
}

import { Buffer } from 'node:buffer'
import { readFixture } from './media-fixtures.ts'

/** A file in the form that Playwright needs. */
export interface PageFile {
  name: string
  mimeType: string
  buffer: Buffer
}

/** A page of Playwright or of Puppeteer. */
interface DrawingPage {
  evaluate(draw: (sky: number) => Promise<number[]>, sky: number): Promise<number[]>
}

/** A real PNG, drawn in the page. @param hue The color of the sky in the evening, degrees. */
export async function drawPicture(page: DrawingPage, name: string, hue = 210): Promise<PageFile> {
  const bytes = await page.evaluate(async (sky: number) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 })
    const brush = canvas.getContext('2d')
    if (!brush) throw new Error('no canvas')
    const evening = brush.createLinearGradient(0, 0, 0, 480)
    evening.addColorStop(0, `hsl(${sky} 45% 32%)`)
    evening.addColorStop(0.75, `hsl(${sky - 170} 85% 68%)`)
    brush.fillStyle = evening
    brush.fillRect(0, 0, 640, 480)
    brush.fillStyle = 'hsl(45 100% 88%)'
    brush.beginPath()
    brush.arc(430, 290, 58, 0, 2 * Math.PI)
    brush.fill()
    for (const [y, light] of [
      [330, 34],
      [380, 24],
      [430, 15],
    ] as const) {
      brush.fillStyle = `hsl(${sky} 35% ${light}%)`
      brush.beginPath()
      brush.moveTo(0, 480)
      for (let x = 0; x <= 640; x += 8) brush.lineTo(x, y + 26 * Math.sin(x / (38 + light) + y))
      brush.lineTo(640, 480)
      brush.fill()
    }
    const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    return picture ? [...new Uint8Array(await picture.arrayBuffer())] : []
  }, hue)
  return { name, mimeType: 'image/png', buffer: Buffer.from(bytes) }
}

/** The same WebM with so many bytes more, which players pass over: the element Void of RFC 8794, section 11.3.1. */
export function longDance(moreBytes: number): PageFile {
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(moreBytes))
  size[0] = 0x01
  return { ...dance, buffer: Buffer.concat([dance.buffer, Buffer.of(0xec), size, Buffer.alloc(moreBytes)]) }
}

/** A real WebM of a second and a half. */
export const dance: PageFile = {
  name: 'dance.webm',
  mimeType: 'video/webm',
  buffer: Buffer.from(readFixture('dance.webm')),
}

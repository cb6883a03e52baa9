import { randomBytes } from 'node:crypto'

export type Sharp = typeof import('sharp').default

/** sharp, if it runs on this machine; otherwise why not. */
export async function loadSharp(): Promise<Sharp | string> {
  try {
    return (await import('sharp')).default
  } catch (error) {
    return String(error)
  }
}

/** Random colors: real photos take fewer bytes. */
function noise(sharp: Sharp, width: number, height: number) {
  return sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
}

/** A JPEG of some 9 MB as a phone held upright takes it: the pixels lie on their side, and say where it was. */
export async function makePhonePhoto(sharp: Sharp): Promise<Buffer> {
  return await noise(sharp, 1536, 1152)
    .resize(4608, 3456, { kernel: 'linear' })
    .withExif({ IFD0: { Make: 'Phone' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 93 })
    .toBuffer()
}

/** A PNG of some 6 MB. */
export async function makeLargePng(sharp: Sharp): Promise<Buffer> {
  return await noise(sharp, 1500, 1400).png({ compressionLevel: 1 }).toBuffer()
}

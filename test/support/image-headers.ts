/** The headers of images that are 3 pixels wide and 2 pixels high, without any pixels. */

function fromHex(...parts: string[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.join('').match(/[0-9a-f]{2}/g) ?? [], (byte) => Number.parseInt(byte, 16))
}

const JPEG_START = 'ffd8 ffe0 0006 4a464946'
const JPEG_SIZE = '000b 08 0002 0003 01 012200'

export const PNG: Uint8Array<ArrayBuffer> = fromHex(
  '89504e470d0a1a0a 0000000d 49484452',
  '00000003 00000002 08060000009d74661a',
)

export const IMAGE_HEADERS: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  PNG,
  GIF87a: fromHex('474946383761 0300 0200 000000'),
  GIF89a: fromHex('474946383961 0300 0200 000000'),
  BMP: fromHex('424d 4e000000 00000000 36000000', '28000000 03000000 02000000 0100 1800'),
  'BMP, stored from top to bottom': fromHex('424d 4e000000 00000000 36000000', '28000000 03000000 feffffff 0100 1800'),
  'BMP of OS/2': fromHex('424d 32000000 00000000 1a000000', '0c000000 0300 0200 0100 1800'),
  'WebP, lossy': fromHex('52494646 1e000000 57454250', '56503820 12000000 300100 9d012a 0300 0200'),
  'WebP, lossy and scaled': fromHex('52494646 1e000000 57454250', '56503820 12000000 300100 9d012a 0340 0280'),
  'WebP, lossless': fromHex('52494646 12000000 57454250', '5650384c 05000000 2f 02400000'),
  'WebP, extended': fromHex('52494646 16000000 57454250', '56503858 0a000000 10000000 020000 010000'),
  JPEG: fromHex(JPEG_START, 'ffdb 0004 0000', `ffc0 ${JPEG_SIZE}`),
  'JPEG, progressive': fromHex(JPEG_START, `ffc2 ${JPEG_SIZE}`),
  'JPEG with fill bytes': fromHex(JPEG_START, `ffff ffc0 ${JPEG_SIZE}`),
  'JPEG with tables first': fromHex(JPEG_START, 'ffc4 0004 0000', 'ffcc 0004 0000', `ffc1 ${JPEG_SIZE}`),
}

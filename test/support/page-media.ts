import { Buffer } from 'node:buffer'
import type { Page } from 'playwright-core'
import { readFixture } from './media-fixtures.ts'

/** A file in the form that Playwright needs. */
export interface PageFile {
  name: string
  mimeType: string
  buffer: Buffer
}

/** A real PNG, drawn in the page. */
export async function drawPicture(page: Page, name: string): Promise<PageFile> {
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 })
    const brush = canvas.getContext('2d')
    if (!brush) throw new Error('no canvas')
    const evening = brush.createLinearGradient(0, 0, 0, 480)
    evening.addColorStop(0, '#357')
    evening.addColorStop(1, '#fb5')
    brush.fillStyle = evening
    brush.fillRect(0, 0, 640, 480)
    const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    return picture ? [...new Uint8Array(await picture.arrayBuffer())] : []
  })
  return { name, mimeType: 'image/png', buffer: Buffer.from(bytes) }
}

/** A real WebM of a second and a half. */
export const dance: PageFile = {
  name: 'dance.webm',
  mimeType: 'video/webm',
  buffer: Buffer.from(readFixture('dance.webm')),
}

/** What Uppy has saved about its files, for a reload. Runs in the page. */
export async function rememberedFiles(): Promise<string> {
  const settled = <Value>(request: IDBRequest<Value>) =>
    new Promise<Value>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const database = await settled(indexedDB.open('uppy-blobs'))
  const all = await settled(database.transaction('metadata').objectStore('metadata').getAll())
  database.close()
  return JSON.stringify(all)
}

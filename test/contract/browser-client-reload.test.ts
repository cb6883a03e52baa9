import { describe, expect, it } from 'vitest'
import type { UploadMediaOptions } from '../../src/browser/index.ts'
import {
  asFile,
  begin,
  LARGE_BYTES,
  largeVideo,
  openUploadPage,
  PLATFORMS,
  picture,
  shortVideo,
  statusOf,
} from '../support/upload-page.ts'

describe.each(PLATFORMS)('the client $name', (platform) => {
  const page = openUploadPage(platform)

  describe('after a reload', () => {
    /** Begins an upload, and closes the page in the middle. */
    async function beginAndClose(file: File, more: Partial<UploadMediaOptions> = {}): Promise<void> {
      const [upload] = await begin(page, file, page.options(more))
      upload.pause()
      await page.reload()
    }

    it('continues when the same file is uploaded again', async () => {
      const file = largeVideo()
      await beginAndClose(asFile(file, 'dance.mp4'))
      const { id } = await page.client.uploadMedia(asFile(file, 'dance.mp4'), page.options())
      await page.expectReceived(id, file)
      expect(page.requests[0]).toBe('GET')
    })

    it('begins anew for the same file with other alternative text', async () => {
      const file = largeVideo()
      await beginAndClose(asFile(file, 'dance.mp4'))
      const { id } = await page.client.uploadMedia(asFile(file, 'dance.mp4'), page.options({ altText: 'A dance' }))
      expect(await page.emulator.upload(id)).toMatchObject({ sha256: file.sha256, alt_text: 'A dance' })
      expect(await page.countUploads()).toBe(2)
    })

    it('continues by itself with the file that it has kept', async () => {
      const file = largeVideo()
      await beginAndClose(asFile(file, 'dance.mp4'))
      const found = await page.client.interruptedUploads(page.options())
      expect(found).toMatchObject([{ name: 'dance.mp4', size: LARGE_BYTES, needsFile: false }])
      expect((await found[0]?.file())?.size).toBe(LARGE_BYTES)
      const media = await found[0]?.resume()
      await page.expectReceived(media?.id, file)
    })

    it('asks for a file that was too large to keep, and takes no other one', async () => {
      const file = largeVideo()
      await beginAndClose(asFile(file, 'dance.mp4'), { keepFileBytes: LARGE_BYTES - 1 })
      const [found] = await page.client.interruptedUploads(page.options())
      expect(found?.needsFile).toBe(true)
      expect(await found?.file()).toBeUndefined()
      await expect(found?.resume()).rejects.toMatchObject({ code: 'file_missing' })
      expect(() => found?.resume({ file: asFile(file, 'other.mp4') })).toThrow('This is not the file')
      const media = await found?.resume({ file: asFile(file, 'dance.mp4') })
      await page.expectReceived(media?.id, file)
    })

    it('follows a file that X is processing, without the file', async () => {
      const processing = Promise.withResolvers<void>()
      const closed = new Promise<never>(() => {})
      const upload = page.client.uploadMedia(
        shortVideo(),
        page.options({
          onProgress: ({ state }) => state === 'processing' && processing.resolve(),
          fetch: (url, init) => (url.includes('/status/') ? closed : platform.send(url, init)),
        }),
      )
      await processing.promise
      expect(upload.state).toBe('processing')
      await page.reload()
      const [found] = await page.client.interruptedUploads(page.options())
      expect(found?.needsFile).toBe(false)
      const media = await found?.resume()
      expect(await page.emulator.upload(media?.id ?? '')).toMatchObject({ finalized: true, size: 5000 })
      expect(page.requests).not.toContain('POST')
    })

    it('has a finished upload, if asked to remember it, and can still describe its media', async () => {
      const more = page.options({ keepFinished: true })
      const { id } = await page.client.uploadMedia(picture(), more)
      await page.reload()
      const [found] = await page.client.interruptedUploads(page.options({ keepFinished: true }))
      expect(found).toMatchObject({ name: 'cat.png', needsFile: false })
      expect((await found?.file())?.size).toBe(5000)
      const upload = found?.resume()
      expect(await upload).toMatchObject({ id })
      await upload?.setAltText('A cat')
      expect(await page.emulator.upload(id)).toMatchObject({ alt_text: 'A cat' })
      expect(page.requests).toEqual(['PUT'])
      await upload?.forget()
      expect(await page.storage.list()).toEqual([])
    })

    it('begins anew when the server has forgotten the upload', async () => {
      const file = largeVideo()
      await beginAndClose(asFile(file, 'dance.mp4'))
      const [stored] = await page.storage.list()
      if (stored) await page.storage.set({ ...stored, uploadUrl: `${page.line.url}/media/files/${'0'.repeat(32)}` })
      const { id } = await page.client.uploadMedia(asFile(file, 'dance.mp4'), page.options())
      expect(await page.emulator.upload(id)).toMatchObject({ finalized: true, sha256: file.sha256 })
      expect(page.requests.slice(0, 2)).toEqual(['GET', 'POST'])
    })

    it('discards an upload, here and on the server', async () => {
      await beginAndClose(asFile(largeVideo()))
      const [stored] = await page.storage.list()
      const [found] = await page.client.interruptedUploads(page.options())
      await found?.discard()
      expect(await page.client.interruptedUploads(page.options())).toEqual([])
      await expect.poll(() => statusOf(stored?.uploadUrl)).toBe(404)
    })

    it('forgets uploads that have expired, and does not list those of another endpoint or those that run', async () => {
      const [upload] = await begin(page, asFile(largeVideo()), page.options())
      upload.pause()
      expect(await page.client.interruptedUploads(page.options())).toEqual([])
      await page.reload()
      expect(await page.client.interruptedUploads(page.options({ endpoint: '/elsewhere' }))).toEqual([])
      const [stored] = await page.storage.list()
      if (stored) await page.storage.set({ ...stored, expiresAt: Date.now() })
      expect(await page.client.interruptedUploads(page.options())).toEqual([])
      expect(await page.storage.list()).toEqual([])
    })
  })
})

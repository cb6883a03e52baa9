import { describe, expect, it } from 'vitest'
import type { UploadMediaOptions, UploadProgress, UploadWarning } from '../../src/browser/index.ts'
import { randomFile } from '../support/client.ts'
import { sampleFile } from '../support/media.ts'
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

/** Bytes after which a large video is interrupted. */
const BEFORE_THE_END = 2_500_000

describe.each(PLATFORMS)('the client $name', (platform) => {
  const page = openUploadPage(platform)

  describe('uploadMedia', () => {
    it('sends a small file in one request, with its alternative text', async () => {
      const file = picture()
      const upload = page.client.uploadMedia(file, page.options({ altText: 'A cat, 🐈', category: 'dm_image' }))
      expect(upload.state).toBe('uploading')
      const { id, mediaKey, data } = await upload
      expect(mediaKey).toBe(data.media_key)
      expect(await page.emulator.upload(id)).toMatchObject({
        ...{ finalized: true, size: 5000, alt_text: 'A cat, 🐈' },
        ...{ media_category: 'dm_image', media_type: 'image/png' },
      })
      expect(page.requests).toEqual(['POST'])
      expect(upload.progress).toMatchObject({ state: 'done', acknowledgedBytes: 5000, totalBytes: 5000 })
      expect(await page.storage.list()).toEqual([])
    })

    it('sends a larger file in chunks, and resolves when X has processed it', async () => {
      const file = largeVideo()
      const seen: UploadProgress[] = []
      const upload = page.client.uploadMedia(
        asFile(file),
        page.options({ onProgress: (progress) => seen.push(progress) }),
      )
      const { id } = await upload
      await page.expectReceived(id, file)
      expect([...new Set(page.requests)]).toEqual(['OPTIONS', 'POST', 'PATCH', platform.follows])
      const bytes = seen.map(({ acknowledgedBytes }) => acknowledgedBytes)
      expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
      expect(new Set(bytes).size).toBeGreaterThan(3)
      expect([bytes[0], bytes.at(-1)]).toEqual([0, LARGE_BYTES])
      const percents = seen.flatMap(({ processingPercent: percent }) => (percent === undefined ? [] : [percent]))
      expect(percents.some((percent) => percent > 0 && percent < 100)).toBe(true)
      expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['uploading', 'processing', 'done']))
      expect(seen.some(({ state, remainingSecs = -1 }) => state === 'uploading' && remainingSecs >= 0)).toBe(true)
    })

    it('sends alternative text and subtitles as soon as X has the file, in the order of the calls', async () => {
      const upload = page.client.uploadMedia(asFile(largeVideo()), page.options())
      const states = [upload.setAltText('A dog'), upload.setAltText('A cat, 🐈')].map((sent) =>
        sent.then(() => upload.state),
      )
      const track = new Blob([sampleFile('text/vtt', 200)])
      await upload.addSubtitles(track, { language: 'EN', name: 'English' })
      expect(await Promise.all(states)).not.toContain('uploading')
      const { id } = await upload
      await upload.addSubtitles(track, { language: 'DE' })
      expect(await page.emulator.upload(id)).toMatchObject({
        alt_text: 'A cat, 🐈',
        subtitles: [{ language_code: 'EN', display_name: 'English' }, { language_code: 'DE' }],
      })
    })

    it('sends alternative text again after a failure, and rejects it when the upload fails', async () => {
      await page.emulator.setFaults([{ step: 'metadata', kind: 'error', status: 503, times: 8 }])
      const upload = page.client.uploadMedia(picture(), page.options())
      await upload.setAltText('A cat')
      expect(await page.emulator.upload((await upload).id)).toMatchObject({ alt_text: 'A cat' })
      const failing = page.client.uploadMedia(new File(['Hello'], 'a.png', { type: 'image/png' }), page.options())
      const added = failing.setAltText('A cat')
      await expect(failing).rejects.toMatchObject({ code: 'signature_mismatch' })
      await expect(added).rejects.toMatchObject({ code: 'signature_mismatch' })
    })

    it('continues where X is when the connection is reset', async () => {
      const file = largeVideo()
      const interruptions: unknown[] = []
      const onProgress = ({ interruption }: UploadProgress) => interruption && interruptions.push(interruption.code)
      const lost = page.line.loseAfter(BEFORE_THE_END)
      const upload = page.client.uploadMedia(asFile(file), page.options({ onProgress }))
      await lost
      page.line.cut()
      await page.expectReceived((await upload).id, file)
      expect(interruptions[0]).toBe('connection_lost')
    })

    it('continues when the server has been killed and started again', async () => {
      const file = largeVideo()
      const lost = page.line.loseAfter(BEFORE_THE_END)
      const upload = page.client.uploadMedia(asFile(file), page.options())
      await lost
      await page.restartServer()
      await page.expectReceived((await upload).id, file)
    })

    it('stops while it is paused, and continues when it is resumed', async () => {
      const file = largeVideo()
      const [upload] = await begin(page, asFile(file), page.options())
      upload.pause()
      expect(upload.state).toBe('paused')
      const [stored] = await page.storage.list()
      const answer = await fetch(stored?.uploadUrl ?? '', {
        headers: { 'x-demo-user': 'u1', 'tus-resumable': '1.0.0' },
      })
      expect(await answer.json()).toMatchObject({ state: 'open', total_bytes: LARGE_BYTES })
      upload.resume()
      expect(upload.state).toBe('uploading')
      await page.expectReceived((await upload).id, file)
    })

    it('aborts, and deletes what the server has', async () => {
      const [upload] = await begin(page, asFile(largeVideo()), page.options())
      const [stored] = await page.storage.list()
      upload.abort()
      await expect(upload).rejects.toMatchObject({ name: 'XMediaUploadError', code: 'aborted' })
      expect(upload.state).toBe('failed')
      expect(await page.storage.list()).toEqual([])
      await expect.poll(() => statusOf(stored?.uploadUrl)).toBe(404)
    })

    it('aborts by a signal, also before it has begun', async () => {
      const upload = page.client.uploadMedia(picture(), page.options({ signal: AbortSignal.abort('no longer wanted') }))
      await expect(upload).rejects.toMatchObject({ code: 'aborted', cause: 'no longer wanted' })
      expect(page.requests).toEqual([])
    })

    it('reports what X refused although it has the file', async () => {
      await page.emulator.setFaults([{ step: 'metadata', kind: 'error', status: 403 }])
      const warnings: UploadWarning[] = []
      const onWarning = (warning: UploadWarning) => warnings.push(warning)
      await page.client.uploadMedia(picture(), page.options({ altText: 'A cat', onWarning }))
      expect(warnings).toMatchObject([{ title: 'The alternative text was not set' }])
    })

    it('rejects when X could not process the file, in its words', async () => {
      await page.emulator.setFaults([{ step: 'finalize', kind: 'processing_failed' }])
      const upload = page.client.uploadMedia(asFile(randomFile(100_000)), page.options())
      await expect(upload).rejects.toMatchObject({
        code: 'processing_failed',
        message: 'X could not process this file. file is invalid',
      })
      expect(await page.storage.list()).toEqual([])
    })

    it('rejects with the code of the server and a sentence for people', async () => {
      const upload = page.client.uploadMedia(new File(['Hello'], 'a.png', { type: 'image/png' }), page.options())
      await expect(upload).rejects.toMatchObject({
        code: 'signature_mismatch',
        status: 415,
        message: 'The file is damaged, or not what its name says.',
        detail: expect.stringContaining('This is text'),
      })
    })

    it('waits as long as X wants to be left alone, and gives up if that is too long', async () => {
      await page.emulator.setFaults([
        { step: 'initialize', kind: 'error', status: 429, limit: 'retry_after', waitSecs: 3000, times: 0 },
      ])
      const upload = page.client.uploadMedia(picture(), page.options())
      await expect(upload).rejects.toMatchObject({ code: 'x_rate_limited' })
      await expect(upload).rejects.toThrow(
        /^X accepts no more uploads from this app for now. Try again in 50 minutes.$/,
      )
      expect(await page.storage.list()).toHaveLength(1)
    })
  })

  describe('following the processing', () => {
    it('follows on when the connection is reset', async () => {
      let isCut = false
      const onProgress = ({ processingPercent = 0 }: UploadProgress) => {
        if (processingPercent === 0 || isCut) return
        isCut = true
        page.line.cut()
      }
      await page.client.uploadMedia(shortVideo(), page.options({ onProgress }))
      expect(page.requests.slice(0, 3)).toEqual(['POST', platform.follows, platform.follows])
    })

    it('asks from time to time where events do not come through', async () => {
      const withoutEvents: UploadMediaOptions['fetch'] = async (url, init) => {
        const response = await platform.send(url, init)
        if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response
        await response.body?.cancel()
        return new Response('a proxy’s own page', { headers: { 'content-type': 'text/html' } })
      }
      await page.client.uploadMedia(shortVideo(), page.options({ fetch: withoutEvents }))
      expect(page.requests).toContain('GET application/json')
    })
  })

  describe('uploadAll', () => {
    it('uploads four files at once, and resolves to their media in order', async () => {
      const files = [5000, 5001, 5002, 5003].map(
        (size) => new Blob([sampleFile('image/png', size)], { type: 'image/png' }),
      )
      const done = new Set<number>()
      const media = await page.client.uploadAll(
        files.map((file, index) => ({ file, altText: `Picture ${index}` })),
        { ...page.options(), onProgress: ({ state }, index) => state === 'done' && done.add(index) },
      )
      const received = await Promise.all(media.map(({ id }) => page.emulator.upload(id)))
      expect(received.map(({ size }) => size)).toEqual([5000, 5001, 5002, 5003])
      expect(received[3]).toMatchObject({ alt_text: 'Picture 3' })
      expect(done.size).toBe(4)
    })

    it('rejects when one file fails, while the others go on', async () => {
      const all = page.client.uploadAll([new Blob(['Hello'], { type: 'image/png' }), picture()], page.options())
      await expect(all).rejects.toMatchObject({ code: 'signature_mismatch' })
      expect(await all.uploads[1]).toMatchObject({ id: expect.stringMatching(/^\d+$/) })
    })

    it('takes no more files than a post', () => {
      expect(() => page.client.uploadAll(Array.from({ length: 5 }, picture), page.options())).toThrow(
        'A post may have up to 4 media, not 5',
      )
    })
  })
})

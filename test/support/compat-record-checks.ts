import type { Store } from '../../src/index.ts'
import written from '../fixtures/0.1.0/uploads.json' with { type: 'json' }
import { type Checks, equal } from './checks.ts'
import { type Ask, expectWhole, forgetfulX, image, openApp, rememberingX, video } from './records.ts'

const { compat } = written

const UPLOAD = '/media/2/media/upload'

/** What must happen to the uploads over X's own API that 0.1.0 stored. */
export const COMPAT_RECORD_CHECKS: Checks<Store> = {
  async 'an upload over X’s API without segments takes them and is finalized'(store) {
    const { mediaId } = compat.opened
    const x = await rememberingX(mediaId, video, [])
    const ask = openApp(store, x)
    equal((await append(ask, mediaId, 0, video)).status, 200)
    equal((await finalize(ask, mediaId)).status, 200)
    await expectWhole(x, x.id, video, [video.length])
  },

  async 'an upload over X’s API goes on after the segment that X has'(store) {
    const { mediaId } = compat.begun
    // 0.1.0 sent the client's segment as three.
    const x = await rememberingX(mediaId, video, [3666, 3667, 3667])
    const ask = openApp(store, x)
    equal((await append(ask, mediaId, 0, video.slice(0, 10_999))).status, 400)
    equal((await append(ask, mediaId, 0, video.slice(0, 11_000))).status, 200)
    equal((await append(ask, mediaId, 1, video.slice(11_000))).status, 200)
    equal((await finalize(ask, mediaId)).status, 200)
    await expectWhole(x, x.id, video, [3666, 3667, 3667, 3666, 3667, 3667])
  },

  async 'an upload over X’s API that X has forgotten is refused as X does, and a new one begins'(store) {
    const x = forgetfulX()
    const ask = openApp(store, x)
    const { mediaId } = compat.forgotten
    equal((await append(ask, mediaId, 1, video.slice(11_000))).status, 400)
    equal(x.calls.emulator.requests().counts.append, 1)
    equal((await finalize(ask, mediaId)).status, 400)
    const body = JSON.stringify({ media_type: 'video/mp4', total_bytes: video.length })
    const headers = { 'content-type': 'application/json' }
    equal((await ask('POST', `${UPLOAD}/initialize`, { headers, body })).status, 200)
  },

  async 'an upload over X’s API that was being finalized is finished'(store) {
    const { mediaId } = compat.finalizing
    const x = await rememberingX(mediaId, video, [3666, 3667, 3667, 3666, 3667, 3667])
    await x.calls.finalize(x.id)
    const answer = await finalize(openApp(store, x), mediaId)
    const { data }: { data: { id: string } } = await answer.json()
    equal([answer.status, data.id], [200, mediaId])
  },

  async 'an image over X’s API that is finalized answers FINALIZE as before'(store) {
    const { mediaId, answer } = compat.image
    const ask = openApp(store, forgetfulX())
    equal(await (await finalize(ask, mediaId)).json(), answer)
    equal((await finalize(ask, mediaId, { 'x-demo-user': 'u4' })).status, 400)
    equal(await messageOf(append(ask, mediaId, 1, image)), [400, 'Media is already finalized.'])
  },

  async 'a video over X’s API that is finalized answers FINALIZE as before, and STATUS'(store) {
    const { mediaId, answer } = compat.video
    const x = await rememberingX(mediaId, video, [video.length])
    await x.calls.finalize(x.id)
    const ask = openApp(store, x)
    equal(await (await finalize(ask, mediaId)).json(), answer)
    const status = await ask('GET', `${UPLOAD}?command=STATUS&media_id=${mediaId}`)
    const { data }: { data: { id: string } } = await status.json()
    equal([status.status, data.id], [200, mediaId])
  },

  async 'an upload over X’s API whose bytes were refused stays so'(store) {
    const ask = openApp(store, forgetfulX())
    equal(await messageOf(finalize(ask, compat.refused.mediaId)), [400, 'media type unrecognized'])
  },
}

function append(ask: Ask, mediaId: string, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<Response> {
  const body = new FormData()
  body.append('segment_index', String(index))
  body.append('media', new Blob([bytes]))
  return ask('POST', `${UPLOAD}/${mediaId}/append`, { body })
}

function finalize(ask: Ask, mediaId: string, headers: Record<string, string> = {}): Promise<Response> {
  return ask('POST', `${UPLOAD}/${mediaId}/finalize`, { headers })
}

/** The status of a response, and X's error message in it. */
async function messageOf(asked: Promise<Response>): Promise<[number, string | undefined]> {
  const answer = await asked
  const { errors }: { errors?: { message: string }[] } = await answer.json()
  return [answer.status, errors?.[0]?.message]
}

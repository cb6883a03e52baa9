import type { Store } from '../../src/index.ts'
import written from '../fixtures/0.1.0/uploads.json' with { type: 'json' }
import { type Checks, equal } from './checks.ts'
import {
  type Ask,
  expectWhole,
  forgetfulX,
  image,
  openApp,
  problemOf,
  READ_AFTER_SECS,
  rememberingX,
  video,
} from './records.ts'

const { sessions } = written

const TUS = { 'tus-resumable': '1.0.0' }
const DRAFT = { 'upload-draft-interop-version': '8' }
const STRANGER = { 'x-demo-user': 'u4' }

/** What must happen to the resumable uploads that 0.1.0 stored. */
export const RESUMABLE_RECORD_CHECKS: Checks<Store> = {
  async 'a resumable upload without bytes takes them and finishes'(store) {
    const x = forgetfulX()
    const ask = openApp(store, x)
    const { path } = sessions.created
    const head = await inspect(ask, path, 0)
    equal(head.headers.get('upload-length'), String(image.length))
    equal(head.headers.get('upload-metadata')?.includes(`filename ${btoa('a.png')}`), true)
    const answer = await send(ask, path, image, 0)
    equal(answer.status, 204)
    const id = answer.headers.get('x-media-id')
    await expectWhole(x, id, image, [image.length])
    const { additional_owners, shared, alt_text } = (await x.calls.emulator.upload(id ?? '')) ?? {}
    equal(
      { additional_owners, shared, alt_text },
      { additional_owners: ['2244994945'], shared: true, alt_text: 'a cat' },
    )
  },

  async 'a resumable upload without a length learns it with its bytes'(store) {
    const x = forgetfulX()
    const ask = openApp(store, x)
    const { path } = sessions.deferred
    equal((await inspect(ask, path, 0)).headers.get('upload-defer-length'), '1')
    const answer = await send(ask, path, video, 0, { 'upload-length': String(video.length) })
    equal(answer.status, 204)
    await expectWhole(x, answer.headers.get('x-media-id'), video, [video.length])
  },

  async 'a resumable upload that used up quota before INIT failed uses up no more'(store) {
    const x = forgetfulX()
    const ask = openApp(store, x, { limits: { quota: { uploads: 1 } } })
    const subject = { 'x-demo-user': 'u3' }
    const answer = await send(ask, sessions.counted.path, video, 0, subject)
    equal(answer.status, 204)
    await expectWhole(x, answer.headers.get('x-media-id'), video, [5000, 5000, 5000, 5000, 2000])
    const another = ask('POST', '/media', { body: image, headers: { ...subject, 'content-type': 'image/png' } })
    equal(await problemOf(another), [429, 'quota_exceeded'])
  },

  async 'a resumable upload that was paused goes on where it stopped'(store) {
    const { path, mediaId } = sessions.paused
    const x = await rememberingX(mediaId, video, [5000, 5000, 2000])
    const ask = openApp(store, x)
    await inspect(ask, path, 12_000, DRAFT)
    const complete = { ...DRAFT, 'upload-complete': '?1', 'content-type': 'application/partial-upload' }
    const answer = await send(ask, path, video, 12_000, complete)
    equal(answer.status, 200)
    equal(answer.headers.get('upload-complete'), '?1')
    equal(answer.headers.get('x-media-id'), mediaId)
    await expectWhole(x, x.id, video, [5000, 5000, 2000, 5000, 5000])
  },

  async 'a resumable upload whose process died goes on in the segments that X may have'(store) {
    const { path, mediaId } = sessions.interrupted
    const x = await rememberingX(mediaId, video, [5000, 5000, 5000, 5000])
    const ask = openApp(store, x)
    await inspect(ask, path, 15_000)
    const cut = await send(ask, path, video.slice(0, 18_000), 15_000)
    equal(cut.status, 400)
    await inspect(ask, path, 15_000)
    const answer = await send(ask, path, video, 15_000)
    equal(answer.status, 204)
    equal(answer.headers.get('x-media-id'), mediaId)
    await expectWhole(x, x.id, video, [5000, 5000, 5000, 5000, 2000])
  },

  async 'a resumable upload that X has forgotten fails, and a new one begins'(store) {
    const x = forgetfulX()
    const ask = openApp(store, x)
    const { path } = sessions.forgotten
    await inspect(ask, path, 15_000)
    equal((await send(ask, path, video, 15_000)).ok, false)
    equal(await problemOf(ask('GET', path, { headers: TUS })), [422, 'upload_failed'])
    equal(await problemOf(send(ask, path, video, 15_000)), [422, 'upload_failed'])
    const metadata = `filetype ${btoa('video/mp4')}`
    const headers = { ...TUS, 'upload-length': String(video.length), 'upload-metadata': metadata }
    const created = await ask('POST', '/media/files', { headers })
    equal(created.status, 201)
    const answer = await send(ask, `/media/${created.headers.get('location')}`, video, 0)
    equal(answer.status, 204)
    await expectWhole(x, answer.headers.get('x-media-id'), video, [video.length])
  },

  async 'a resumable upload that was being finalized is finished'(store) {
    const { path, mediaId } = sessions.finalizing
    const x = await rememberingX(mediaId, video, [5000, 5000, 5000, 5000, 2000])
    await x.calls.finalize(x.id)
    const head = await inspect(openApp(store, x), path, video.length)
    equal(head.headers.get('upload-complete'), '?1')
    equal(head.headers.get('x-media-id'), mediaId)
  },

  async 'a resumable upload that was being finalized fails when X has forgotten it'(store) {
    const ask = openApp(store, forgetfulX())
    const { path } = sessions.finalizingForgotten
    equal((await ask('GET', path, { headers: TUS })).ok, false)
    equal(await problemOf(ask('GET', path, { headers: TUS })), [422, 'upload_failed'])
  },

  async 'a resumable upload that was finalized gets the alternative text that it lacks'(store) {
    const { path, mediaId } = sessions.finalized
    const x = await rememberingX(mediaId, image, [5000, 4000])
    const head = await inspect(openApp(store, x), path, image.length)
    equal(head.headers.get('upload-complete'), '?1')
    equal(head.headers.get('x-media-id'), mediaId)
    equal((await x.calls.emulator.upload(x.id))?.alt_text, 'a cat')
  },

  'a resumable upload of an image that is done tells its media as before': (store) =>
    expectDone(store, sessions.doneImage),

  'a resumable upload of a video that is done tells its media as before': (store) =>
    expectDone(store, sessions.doneVideo),

  async 'a resumable upload that failed tells why, and can be removed'(store) {
    const ask = openApp(store, forgetfulX())
    const { path } = sessions.failed
    const problem: { code: string; detail: string } = await (await ask('GET', path, { headers: TUS })).json()
    equal([problem.code, /^X rejected the append call/.test(problem.detail)], ['upload_failed', true])
    equal((await ask('DELETE', path, { headers: TUS })).status, 204)
    equal(await problemOf(ask('GET', path, { headers: TUS })), [404, 'not_found'])
  },
}

async function inspect(
  ask: Ask,
  path: string,
  offset: number,
  headers: Record<string, string> = TUS,
): Promise<Response> {
  const answer = await ask('HEAD', path, { headers })
  equal([answer.status, answer.headers.get('upload-offset')], [200, String(offset)])
  return answer
}

/** Sends a file from an offset on, by tus unless the headers say otherwise. */
function send(
  ask: Ask,
  path: string,
  file: Uint8Array<ArrayBuffer>,
  offset: number,
  headers: Record<string, string> = {},
): Promise<Response> {
  const protocol = 'upload-complete' in headers ? {} : { ...TUS, 'content-type': 'application/offset+octet-stream' }
  return ask('PATCH', path, {
    headers: { ...protocol, 'upload-offset': String(offset), ...headers },
    body: file.slice(offset),
  })
}

async function expectDone(
  store: Store,
  { path, mediaId, answer }: { path: string; mediaId: string; answer: { data: { expires_after_secs: number } } },
): Promise<void> {
  const ask = openApp(store, forgetfulX())
  const told = await ask('GET', path, { headers: TUS })
  const { expires_after_secs: before } = answer.data
  equal(await told.json(), { ...answer, data: { ...answer.data, expires_after_secs: before - READ_AFTER_SECS } })
  equal(told.headers.get('x-media-id'), mediaId)
  equal((await ask('HEAD', path, { headers: TUS })).headers.get('upload-complete'), '?1')
  equal(await problemOf(ask('GET', path, { headers: { ...TUS, ...STRANGER } })), [404, 'not_found'])
}

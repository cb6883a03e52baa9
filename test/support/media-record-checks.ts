import type { Store } from '../../src/index.ts'
import written from '../fixtures/0.1.0/uploads.json' with { type: 'json' }
import { type Checks, equal } from './checks.ts'
import { type Ask, forgetfulX, image, openApp, problemOf, rememberingX, video } from './records.ts'

const { media, used } = written

const STRANGER = { 'x-demo-user': 'u4' }

/** What must happen to the owners and quotas that 0.1.0 stored. */
export const MEDIA_RECORD_CHECKS: Checks<Store> = {
  'the subject of a media asks for its status without a ticket': (store) =>
    expectStatuses(store, {
      image: `/media/status/${media.image.mediaId}`,
      video: `/media/status/${media.video.mediaId}`,
    }),

  async 'uploads and bytes are counted on'(store) {
    const { uploads, bytes } = used
    const refusing = [{ uploads }, { bytes: bytes + image.length - 1 }]
    for (const quota of refusing) {
      equal(await problemOf(upload(openApp(store, forgetfulX(), { limits: { quota } }))), [429, 'quota_exceeded'])
    }
    const quota = { uploads: uploads + 1, bytes: bytes + image.length }
    equal((await upload(openApp(store, forgetfulX(), { limits: { quota } }))).status, 201)
  },

  async 'resumable uploads that were begun are counted on'(store) {
    const appFor = (creationsPerHour: number) => openApp(store, forgetfulX(), { limits: { creationsPerHour } })
    equal(await problemOf(create(appFor(used.creations))), [429, 'quota_exceeded'])
    equal((await create(appFor(used.creations + 1))).status, 201)
  },
}

/** What must happen to the tickets that 0.1.0 issued, with any store. */
export const TICKET_CHECKS: Checks<Store> = {
  'a ticket opens the status of its media': (store) =>
    expectStatuses(store, { image: media.image.status, video: media.video.status }),
}

/** Throws unless these addresses return the statuses of the media, and only to their subject. */
async function expectStatuses(store: Store, at: { image: string; video: string }): Promise<void> {
  const x = await rememberingX(media.video.mediaId, video, [video.length])
  await x.calls.finalize(x.id)
  const ask = openApp(store, x)
  const ofImage: { data: Record<string, unknown> } = await (await ask('GET', at.image)).json()
  // X has no status of images.
  const { id, media_key, size } = media.image.data
  equal({ ...ofImage.data, id, media_key, size }, ofImage.data)
  const ofVideo: { data: { id: string } } = await (await ask('GET', at.video)).json()
  equal(ofVideo.data.id, media.video.mediaId)
  for (const path of [at.image, at.video]) {
    equal(await problemOf(ask('GET', path, { headers: STRANGER })), [404, 'not_found'])
  }
}

function upload(ask: Ask): Promise<Response> {
  return ask('POST', '/media', { headers: { 'x-demo-user': used.subject, 'content-type': 'image/png' }, body: image })
}

function create(ask: Ask): Promise<Response> {
  const headers = { 'x-demo-user': used.subject, 'tus-resumable': '1.0.0', 'upload-length': String(image.length) }
  const metadata = `filetype ${btoa('image/png')}`
  return ask('POST', '/media/files', { headers: { ...headers, 'upload-metadata': metadata } })
}

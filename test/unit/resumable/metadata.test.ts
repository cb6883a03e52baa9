import { describe, expect, it } from 'vitest'
import { codeOf, emulator } from '../../support/app.ts'
import { append, appWith, CREATION, create, head } from '../../support/resumable.ts'

const TYPE = `filetype ${btoa('video/mp4')}`

describe('metadata that nothing reads', () => {
  it.each([
    ['Latin-1', `filename ${btoa('caf\xe9.mp4')}`],
    ['URL-safe base64', 'filename _-8='],
    ['text that is not base64', 'filename caf\xe9.mp4'],
    ['a key without a value', 'is_confidential'],
    ['spaces in a value', 'caption a b c'],
    ['a key that is not ASCII', `caf\xe9 ${btoa('a')}`],
    ['an empty entry', ', ,'],
  ])('does not refuse the upload, and HEAD responds with it: %s', async (_, entry) => {
    const app = appWith()
    const metadata = `${entry},${TYPE}`
    const path = await create(app, { 'upload-metadata': metadata })
    expect((await head(app, path)).headers.get('upload-metadata')).toBe(metadata)
    expect((await append(app, path, [0, 22_000])).status).toBe(204)
  })
})

it.each([
  ['UTF-8', 'Y2Fmw6k='],
  ['Latin-1', 'Y2Fm6Q=='],
  ['URL-safe base64', 'w7_Dvj8_'],
  ['base64 without padding', 'Y2Fmw6k'],
])('reads alternative text in %s', async (name, base64) => {
  const app = appWith()
  const path = await create(app, { 'upload-metadata': `${TYPE},alt_text ${base64}` })
  const response = await append(app, path, [0, 22_000])
  const text = name === 'URL-safe base64' ? 'ÿþ??' : 'café'
  expect(await emulator.upload(response.headers.get('x-media-id') ?? '')).toMatchObject({ alt_text: text })
})

it('takes an empty value as not sent', async () => {
  const app = appWith()
  const empty = 'filetype ,alt_text,media_category ,shared ,total_bytes'
  const path = await create(app, { 'upload-metadata': `${empty},type ${btoa('video/mp4')}` })
  const response = await append(app, path, [0, 22_000])
  expect(await emulator.upload(response.headers.get('x-media-id') ?? '')).toMatchObject({
    ...{ media_type: 'video/mp4', media_category: 'tweet_video', finalized: true },
  })
})

it.each([
  ['a known key', `${TYPE},${TYPE}`, '"filetype"'],
  ['an unknown key', `${TYPE},filename YQ==,filename Yg==`, '"filename"'],
])('refuses %s that is sent twice', async (_, metadata, key) => {
  const response = await appWith().request('/media/files', {
    method: 'POST',
    headers: { ...CREATION, 'upload-metadata': metadata },
  })
  expect(await response.clone().json()).toMatchObject({
    detail: `Upload-Metadata has the key ${key} more than once. Send each key once.`,
  })
  expect(await codeOf(response)).toEqual([400, 'invalid_parameter'])
})

it.each(['filetype *', 'media_category a b'])('refuses %s, which cannot be read', async (metadata) => {
  const response = appWith().request('/media/files', {
    method: 'POST',
    headers: { ...CREATION, 'upload-metadata': metadata },
  })
  expect(await codeOf(response)).toEqual([400, 'invalid_parameter'])
})

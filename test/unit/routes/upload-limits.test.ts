import { describe, expect, it } from 'vitest'
import { base, codeOf, describedMedia, optionsWith, png, post } from '../../support/app.ts'

describe('an upload', () => {
  it('may be as large as limits.categoryBytes allows for its category', async () => {
    const app = (bytes: number) => describedMedia(optionsWith({ limits: { categoryBytes: { tweet_image: bytes } } }))
    expect((await app(5000).request('/', post(png))).status).toBe(201)
    expect(await codeOf(app(4999).request('/', post(png)))).toEqual([413, 'too_large'])
    const inMessage = await app(4999).request('/?media_category=dm_image', post(png))
    expect(inMessage.status).toBe(201)
  })

  it.each([
    ['wait=60', 'wait=60'],
    ['respond-async, wait=600', 'wait=60'],
  ])('with Prefer: %s gets its response after at most %s', async (prefer, applied) => {
    const answer = await describedMedia(base).request('/', post(png, { prefer }))
    expect(answer.headers.get('preference-applied')).toBe(applied)
  })
})

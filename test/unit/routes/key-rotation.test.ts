import { expect, it } from 'vitest'
import type { XMediaOptions } from '../../../src/index.ts'
import { base, codeOf, describedMedia, optionsWith, png, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'

const OLD = 'a good key of at least thirty-two bytes'
const NEW = 'the good key that takes the place of it'

/** Uploads a picture, and resolves to the address of its status. */
async function upload(secret: XMediaOptions['secret']): Promise<string> {
  return (await describedMedia(optionsWith({ secret })).request('/', post(png))).headers.get('location') ?? ''
}

/** The status code of the answer to a question for a media's status. */
async function ask(secret: XMediaOptions['secret'], location: string): Promise<number> {
  return (await describedMedia(optionsWith({ secret })).request(location)).status
}

it.each<[string, XMediaOptions['secret']]>([
  ['a list', [NEW, OLD]],
  ['a function that gets a list', () => [NEW, OLD]],
])('with %s as secret, tickets under the old key work, and new ones need only the new key', async (_, secret) => {
  const issuedBefore = await upload(OLD)
  expect(await ask(secret, issuedBefore)).toBe(200)
  const issuedSince = await upload(secret)
  expect(await ask(secret, issuedSince)).toBe(200)
  expect(await ask(NEW, issuedSince)).toBe(200)
  expect(await ask(OLD, issuedSince)).toBe(404)
  expect(await ask([NEW], issuedBefore)).toBe(404)
})

it('a ticket works for less than a minute after it has expired, since clocks may differ', async () => {
  const clock = useFakeClock()
  const app = describedMedia(base)
  const location = (await app.request('/', post(png))).headers.get('location') ?? ''
  await clock.advance(86_400_000 + 59_000)
  const status = await app.request(location)
  expect(await status.json()).toMatchObject({ data: { expires_after_secs: 0 } })
  await clock.advance(1000)
  expect(await codeOf(app.request(location))).toEqual([404, 'not_found'])
})

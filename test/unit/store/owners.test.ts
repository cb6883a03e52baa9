import { expect, it } from 'vitest'
import { memoryStore } from '../../../src/index.ts'
import { createOwners, type OwnedMedia } from '../../../src/store/owners.ts'

const MEDIA: OwnedMedia = { subject: 'u1', expiresAt: 4_102_531_200, done: { mediaKey: '3_1', size: 9000 } }

async function findStored(record: unknown): Promise<OwnedMedia | undefined> {
  const store = memoryStore()
  await store.compareAndSwap('media:1', undefined, JSON.stringify(record), MEDIA.expiresAt * 1000)
  return await createOwners(store).find('1', 'u1')
}

it('writes version 2, and finds the media of its owner only', async () => {
  const store = memoryStore()
  const owners = createOwners(store)
  await owners.remember('1', MEDIA)
  expect(JSON.parse((await store.get('media:1')) ?? '')).toEqual({ version: 2, ...MEDIA })
  expect(await owners.find('1', 'u1')).toEqual(MEDIA)
  expect(await owners.find('1', 'u2')).toBeUndefined()
})

it('reads a record of 0.1.0, which has no version', async () => {
  expect(await findStored(MEDIA)).toEqual(MEDIA)
})

it.each([
  ['of a newer version', { ...MEDIA, version: 3 }],
  ['without a subject', { ...MEDIA, subject: undefined }],
  ['that is no object', 'u1'],
])('does not know a media whose record is one %s', async (_, record) => {
  expect(await findStored(record)).toBeUndefined()
})

import { createHash } from 'node:crypto'
import { Agent } from 'node:http'
import { EUploadMimeType, TwitterApi } from 'twitter-api-v2'
import { expect, it } from 'vitest'
import { serveEmulator } from '../../../cli/server/serve-emulator.ts'
import { randomVideo } from '../../support/random-video.ts'

it.each([
  ['an image', EUploadMimeType.Png, 'tweet_image'],
  ['a video', EUploadMimeType.Mp4, 'tweet_video'],
] as const)('twitter-api-v2 uploads %s to the emulator as it does to X', async (_, media_type, media_category) => {
  const emulator = await serveEmulator({ processing: { pendingSecs: 0, inProgressSecs: 0 } })
  const { host } = new URL(emulator.url)
  const client = new TwitterApi('token', {
    httpAgent: new Agent(),
    plugins: [
      {
        onBeforeRequest({ computedParams }) {
          computedParams.url.host = host
          computedParams.url.protocol = 'http:'
        },
      },
    ],
  })
  const file = randomVideo(3 * 1024 * 1024 + 5)
  const id = await client.v2.uploadMedia(file, { media_type, media_category })
  expect(await emulator.upload(id)).toMatchObject({
    finalized: true,
    media_category,
    sha256: createHash('sha256').update(file).digest('hex'),
  })
  expect(emulator.violations()).toEqual([])
  await emulator.close()
})

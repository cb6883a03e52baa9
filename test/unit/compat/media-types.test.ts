import { describe, expect, it } from 'vitest'
import type { InspectedFile, XMediaEvent } from '../../../src/index.ts'
import { emulator } from '../../support/app.ts'
import {
  append,
  base64,
  compatClient,
  errorOf,
  expectReceived,
  finalize,
  form,
  idOf,
  initialize,
  json,
} from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'
import { commentedGif } from '../../support/media-fixtures.ts'

describe('INIT of X’s own media API', () => {
  it.each(['resource', 'command'])(
    'takes SRT by the name that x-ruby sends, in the %s generation',
    async (generation) => {
      const events: XMediaEvent[] = []
      const inspected: Omit<InspectedFile, 'c'>[] = []
      const send = compatClient({
        onEvent: (event) => events.push(event),
        inspect(_, { c, ...file }) {
          inspected.push(file)
          return undefined
        },
      })
      const file = sampleFile('text/srt', 5000)
      const fields = { media_type: 'application/x-subrip', media_category: 'subtitles', total_bytes: file.length }
      const command = Object.entries({ command: 'INIT', ...fields }).map<[string, string]>(([name, value]) => [
        name,
        `${value}`,
      ])
      const id =
        generation === 'resource'
          ? await initialize(send, fields)
          : await idOf(await send('POST', '/upload', form(...command)))
      await append(send, id, 0, file)
      await finalize(send, id)
      await expectReceived(id, file)
      expect(await emulator.upload(id)).toMatchObject({ media_type: 'text/srt', media_category: 'subtitles' })
      const media = { mediaType: 'text/srt', declaredType: 'application/x-subrip', category: 'subtitles' }
      expect(events[0]).toMatchObject({ type: 'initialized', ...media })
      expect(inspected).toEqual([expect.objectContaining(media)])
    },
  )

  it.each(['image/jpg', 'image/x-png', 'video/mov', 'application/octet-stream', 'text/plain', ''])(
    'refuses other names that X does not know: %j',
    async (media_type) => {
      const request = compatClient()('POST', '/upload/initialize', json({ media_type, total_bytes: 10 }))
      expect(await errorOf(request)).toEqual([400, expect.stringContaining('$.media_type: does not have a value')])
    },
  )
})

it('APPEND refuses an animated GIF for a category of still images', async () => {
  const send = compatClient()
  for (const [name, status] of [
    ['still-ffmpeg.gif', 200],
    ['animated.gif', 400],
  ] as const) {
    const gif = commentedGif(name, 5000)
    const fields = { media_type: 'image/gif', media_category: 'tweet_image', total_bytes: gif.length }
    expect((await append(send, await initialize(send, fields), 0, gif)).status).toBe(status)
  }
})

it('a file in one request is reported as its part declared it', async () => {
  const events: XMediaEvent[] = []
  const send = compatClient({ onEvent: (event) => events.push(event) })
  const png = sampleFile('image/png', 5000)
  await send('POST', '/upload', form(['media', png], ['media_category', 'tweet_image']))
  await send('POST', '/upload', json({ media: base64(png), media_category: 'tweet_image' }))
  expect(events.filter(({ type }) => type === 'initialized')).toMatchObject([
    { mediaType: 'image/png', declaredType: 'application/octet-stream' },
    { mediaType: 'image/png', declaredType: '' },
  ])
})

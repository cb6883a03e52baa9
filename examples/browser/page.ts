/** Uploads with Uppy: resumable by tus, and followed by events until X has processed the media. */

import Uppy, { type Meta, type UppyFile } from '@uppy/core'
import Dashboard from '@uppy/dashboard'
import GoldenRetriever from '@uppy/golden-retriever'
import Tus, { type TusBody } from '@uppy/tus'
import { MEDIA_TYPES, type Problem, type XMedia, type XMediaAnswer } from '../../src/index.ts'

type File = UppyFile<Meta, TusBody>

/** Browsers open six connections to a server by HTTP/1.1: half of them send files, half listen. */
const CONNECTIONS = 3

const uppy = new Uppy<Meta, TusBody>({
  restrictions: { allowedFileTypes: [...MEDIA_TYPES, '.srt', '.vtt'] },
  // Browsers have no type for subtitles, or another than X has.
  onBeforeFileAdded: (file) =>
    file.extension === 'srt' || file.extension === 'vtt' ? withType(file, `text/${file.extension}`) : true,
})
  .use(Dashboard, {
    target: '#uploads',
    inline: true,
    width: '100%',
    height: 400,
    proudlyDisplayPoweredByUppy: false,
    showRemoveButtonAfterComplete: true,
    note: 'Images, GIFs, videos and subtitles. A pencil beside a file adds its alternative text.',
    metaFields: [{ id: 'alt_text', name: 'Alternative text', placeholder: 'What is to be seen' }],
  })
  .use(Tus, { endpoint: '/media/files', removeFingerprintOnSuccess: true, limit: CONNECTIONS })
  .use(GoldenRetriever)

/** What X makes of a file, by the file's id. */
const processing = new Map<string, Promise<void>>()
/** The last of those that wait for the same connection. */
const turns: Promise<void>[] = []

uppy.on('upload-success', (file, response) => {
  const where = response.body?.xhr.getResponseHeader('x-media-status')
  if (!file || !where) return
  const turn = processing.size % CONNECTIONS
  const ended = (turns[turn] ?? Promise.resolve()).then(() => follow(file, where))
  turns[turn] = ended
  processing.set(file.id, ended)
})

// An upload is done when X is.
uppy.addPostProcessor(async (ids) => {
  await Promise.all(ids.map((id) => processing.get(id)))
})

uppy.on('upload-error', (file, error, response) => {
  const detail = problemOf(response?.body?.xhr)?.detail
  if (file && detail) fail(file, detail)
  else uppy.log(error)
})

/** Tells of a media's processing until it has ended. */
function follow(file: File, where: string): Promise<void> {
  return new Promise((resolve) => {
    const events = new EventSource(where)
    const end = (detail?: string) => {
      events.close()
      if (detail) fail(file, detail)
      uppy.emit('postprocess-complete', uppy.getFile(file.id))
      resolve()
    }
    events.addEventListener('status', ({ data }) => {
      const { data: media }: XMediaAnswer = JSON.parse(data)
      const { state, error, progress_percent: percent = 0 } = media.processing_info ?? { state: 'succeeded' }
      if (error || state === 'failed') return end(`X could not process it: ${error?.message ?? 'it does not say why'}`)
      if (state === 'succeeded') {
        show(file, media)
        return end()
      }
      const message = `X is processing ${file.name}`
      uppy.emit('postprocess-progress', uppy.getFile(file.id), { mode: 'determinate', message, value: percent / 100 })
    })
    events.addEventListener('error', (event) => {
      if (event instanceof MessageEvent) end(JSON.parse(event.data).detail)
      // A connection that is lost comes back by itself; one that was refused does not.
      else if (events.readyState === EventSource.CLOSED) end('The status of the media is not to be had.')
    })
  })
}

function fail({ id, name }: File, detail: string): void {
  uppy.setFileState(id, { error: detail })
  uppy.info({ message: `${name}: ${detail}`, details: detail }, 'error', 10_000)
}

function problemOf(xhr: XMLHttpRequest | undefined): Problem | undefined {
  try {
    return JSON.parse(xhr?.responseText ?? '')
  } catch {
    return undefined
  }
}

/** Shows what X has now, as far as this X shows it. */
function show({ name, type, meta }: File, { id }: XMedia): void {
  const item = document.createElement('li')
  const url = `/x/${id}`
  if (type.startsWith('video/')) {
    item.append(Object.assign(document.createElement('video'), { src: url, controls: true, muted: true }))
  } else if (type.startsWith('image/')) {
    item.append(Object.assign(document.createElement('img'), { src: url, alt: String(meta['alt_text'] ?? '') }))
  }
  item.append(`${name} is media ${id} of X.`)
  item.dataset['mediaId'] = id
  document.querySelector('ol')?.prepend(item)
}

function withType(file: File, type: string): File {
  return { ...file, type, meta: { ...file.meta, type } }
}

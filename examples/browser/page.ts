/** Uploads with Uppy and tus, and follows each file by events until X has processed it. */

import Uppy, { type Meta, type UppyFile } from '@uppy/core'
import Dashboard from '@uppy/dashboard'
import GoldenRetriever from '@uppy/golden-retriever'
import Tus, { type TusBody } from '@uppy/tus'
import { MEDIA_TYPES, type Problem, type XMedia, type XMediaAnswer } from '../../src/index.ts'
import { largestChunk } from './chunk-size.ts'
import { CONVERTED_TYPES, sendImagesWhole } from './send-whole.ts'

interface OwnMeta extends Meta {
  alt_text?: string
  /** The URL of the media's status, once X has the file. It survives a reload. */
  status?: string
}

type File = UppyFile<OwnMeta, TusBody>

/** Over HTTP/1.1, a browser opens six connections to a server: three for uploads and two for events leave one. */
const MAX_UPLOADS = 3
const MAX_EVENT_STREAMS = 2

const uppy = new Uppy<OwnMeta, TusBody>({
  restrictions: { allowedFileTypes: [...MEDIA_TYPES, ...CONVERTED_TYPES, '.srt', '.vtt'] },
  onBeforeFileAdded(file) {
    // Browsers report no type for subtitles, or one that X does not use.
    const extension = file.extension?.toLowerCase()
    return extension === 'srt' || extension === 'vtt' ? withType(file, `text/${extension}`) : true
  },
}).use(Dashboard, {
  target: '#uploads',
  inline: true,
  width: '100%',
  height: 400,
  proudlyDisplayPoweredByUppy: false,
  showRemoveButtonAfterComplete: true,
  note: 'Images, GIFs, videos and subtitles. Click the pencil next to a file to add alternative text, up to 1,000 characters.',
  metaFields: [{ id: 'alt_text', name: 'Alternative text', placeholder: 'Describe what it shows' }],
})

sendImagesWhole(uppy, '/media')

uppy
  .use(Tus, {
    endpoint: '/media/files',
    removeFingerprintOnSuccess: true,
    limit: MAX_UPLOADS,
    allowedMetaFields: ['name', 'type', 'alt_text'],
    // The last response then lists what X refused although it has the file, such as the alternative text.
    headers: { prefer: 'return=representation' },
    // A used-up quota does not come back within seconds.
    onShouldRetry: (error, _attempt, _options, next) => error.originalResponse?.getStatus() !== 429 && next(error),
  })
  .use(GoldenRetriever)

// The host of the server may let less through in a request than a file has.
uppy.addPreProcessor(async () => {
  const chunkSize = await largestChunk('/media/files').catch(() => Infinity)
  uppy.getPlugin('Tus')?.setOptions({ chunkSize })
})

uppy.on('file-added', ({ id, meta }) => {
  if (meta.alt_text === undefined) uppy.setFileMeta(id, { alt_text: '' })
})

uppy.on('upload-success', (file, response) => {
  const xhr = response.body?.xhr
  const status = xhr?.getResponseHeader('x-media-status') ?? xhr?.getResponseHeader('location')
  if (!file || !status) return
  uppy.setFileMeta(file.id, { status })
  const { errors = [] } = readJson<XMediaAnswer>(xhr?.responseText) ?? {}
  for (const { title, detail } of errors) showError(file, `${title}: ${detail}`)
  listen(file)
})

/** Settles when a file's processing has ended, by the file's id. */
const processing = new Map<string, Promise<void>>()
/** The last file in line for each event stream. */
const turns: Promise<void>[] = []

/** Follows the processing of a file as soon as an event stream is free. */
function listen({ id }: File): Promise<void> {
  const turn = processing.size % MAX_EVENT_STREAMS
  const ended = processing.get(id) ?? (turns[turn] ?? Promise.resolve()).then(() => follow(id))
  turns[turn] = ended
  processing.set(id, ended)
  return ended.finally(() => processing.delete(id))
}

// Uppy shows an upload as complete only when X has processed it.
uppy.addPostProcessor(async (ids) => {
  await Promise.all(ids.map((id) => processing.get(id)))
})

// X already has these files: follow them.
uppy.on('restored', () => {
  for (const file of uppy.getFiles()) {
    if (file.meta.status) listen(file).then(() => uppy.getFile(file.id)?.error ?? uppy.removeFile(file.id))
  }
})

uppy.on('upload-error', (file, error, response) => {
  const detail = readJson<Problem>(response?.body?.xhr.responseText)?.detail
  if (!file || !detail) return uppy.log(error)
  uppy.setFileState(file.id, { error: detail })
  showError(file, detail)
})

// Adding the file again starts a new upload, with the text that is entered then.
uppy.on('file-removed', ({ id, tus, meta }) => {
  for (const key of Object.keys(localStorage)) if (key.startsWith(`tus::tus-${id}-`)) localStorage.removeItem(key)
  const headers = { 'tus-resumable': '1.0.0' }
  if (tus?.uploadUrl && !meta.status) fetch(tus.uploadUrl, { method: 'DELETE', headers }).catch(() => {})
})

/** Shows the processing of a file until it has ended. */
function follow(id: string): Promise<void> {
  return new Promise((resolve) => {
    let events: EventSource
    let triesLeft = TRIES

    function end(): void {
      events.close()
      const file = uppy.getFile(id)
      if (file) uppy.emit('postprocess-complete', file)
      resolve()
    }

    function open(): void {
      const file = uppy.getFile(id)
      events = new EventSource(file?.meta.status ?? '')
      events.addEventListener('status', ({ data }) => {
        const file = uppy.getFile(id)
        const { data: media }: XMediaAnswer = JSON.parse(data)
        const { state, error, progress_percent: percent = 0 } = media.processing_info ?? { state: 'succeeded' }
        triesLeft = TRIES
        if (!file) return end()
        if (error || state === 'failed') {
          end()
          return markFailed(file, `X could not process it: ${error?.message ?? 'it gave no reason'}`)
        }
        if (state === 'succeeded') {
          show(file, media)
          return end()
        }
        const message = `X is processing ${file.name}`
        uppy.emit('postprocess-progress', file, { mode: 'determinate', message, value: percent / 100 })
      })
      events.addEventListener('error', () => {
        // An EventSource reconnects by itself after a lost connection, but not after a refusal.
        if (events.readyState !== EventSource.CLOSED) return
        const file = uppy.getFile(id)
        if (file && triesLeft-- > 0) return void setTimeout(open, TRY_AGAIN_MS)
        if (file) showError(file, 'X has the file, but its status is not available.')
        end()
      })
    }
    open()
  })
}

/** How often to ask again for a status that was refused. */
const TRIES = 5
/** The pause before that, in milliseconds. */
const TRY_AGAIN_MS = 3000

/** Marks a file as failed so that a retry sends it again: X has it, but could not process it. */
function markFailed(file: File, detail: string): void {
  const { status: _, ...meta } = file.meta
  uppy.setFileState(file.id, {
    ...{ error: detail, meta, tus: {} },
    progress: {
      uploadStarted: null,
      uploadComplete: false,
      bytesUploaded: false,
      bytesTotal: file.size,
      percentage: 0,
    },
  })
  uppy.setState({ error: detail })
  showError(file, detail)
}

function showError({ name }: File, detail: string): void {
  uppy.info({ message: `${name}: ${detail}`, details: detail }, 'error', 4000)
}

function readJson<Body>(text: string | undefined): Body | undefined {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** Adds a finished media to the list. Only the emulated X shows the file itself. */
function show({ name, type, meta }: File, { id }: XMedia): void {
  const item = document.createElement('li')
  const url = `/x/${id}`
  if (type.startsWith('video/')) {
    item.append(Object.assign(document.createElement('video'), { src: url, controls: true, muted: true }))
  } else if (type.startsWith('image/')) {
    item.append(Object.assign(document.createElement('img'), { src: url, alt: meta.alt_text ?? '' }))
  }
  item.append(`${name} is media ${id} on X.`)
  item.dataset['mediaId'] = id
  document.querySelector('ol')?.prepend(item)
}

function withType(file: File, type: string): File {
  return { ...file, type, meta: { ...file.meta, type } }
}

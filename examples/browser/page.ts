/** Uploads with Uppy: resumable by tus, and followed by events until X has processed the media. */

import Uppy, { type Meta, type UppyFile } from '@uppy/core'
import Dashboard from '@uppy/dashboard'
import GoldenRetriever from '@uppy/golden-retriever'
import Tus, { type TusBody } from '@uppy/tus'
import { MEDIA_TYPES, type Problem, type XMedia, type XMediaAnswer } from '../../src/index.ts'

interface OwnMeta extends Meta {
  alt_text?: string
  /** Where the status of the media is, once X has the file: kept with the file, also when the page is loaded again. */
  status?: string
}

type File = UppyFile<OwnMeta, TusBody>

/** Browsers open six connections to a server by HTTP/1.1: these send files, those listen, and one is left. */
const SENDING = 3
const LISTENING = 2

const uppy = new Uppy<OwnMeta, TusBody>({
  restrictions: { allowedFileTypes: [...MEDIA_TYPES, '.srt', '.vtt'] },
  onBeforeFileAdded(file) {
    // Browsers have no type for subtitles, or another than X has.
    const ending = file.extension?.toLowerCase()
    return ending === 'srt' || ending === 'vtt' ? withType(file, `text/${ending}`) : true
  },
})
  .use(Dashboard, {
    target: '#uploads',
    inline: true,
    width: '100%',
    height: 400,
    proudlyDisplayPoweredByUppy: false,
    showRemoveButtonAfterComplete: true,
    note: 'Images, GIFs, videos and subtitles. A pencil beside a file adds its alternative text, of 1000 characters at most.',
    metaFields: [{ id: 'alt_text', name: 'Alternative text', placeholder: 'What is to be seen' }],
  })
  .use(Tus, {
    endpoint: '/media/files',
    removeFingerprintOnSuccess: true,
    limit: SENDING,
    allowedMetaFields: ['name', 'type', 'alt_text'],
    // The last answer tells what X did not take, though it has the file.
    headers: { prefer: 'return=representation' },
    // A quota is not there again within seconds.
    onShouldRetry: (error, _attempt, _options, next) => error.originalResponse?.getStatus() !== 429 && next(error),
  })
  .use(GoldenRetriever)

uppy.on('file-added', ({ id, meta }) => {
  if (meta.alt_text === undefined) uppy.setFileMeta(id, { alt_text: '' })
})

uppy.on('upload-success', (file, response) => {
  const xhr = response.body?.xhr
  const status = xhr?.getResponseHeader('x-media-status')
  if (!file || !status) return
  uppy.setFileMeta(file.id, { status })
  const { errors = [] } = readJson<XMediaAnswer>(xhr?.responseText) ?? {}
  for (const { title, detail } of errors) tell(file, `${title}: ${detail}`)
  listen(file)
})

/** What X makes of a file, by the file's id. */
const processing = new Map<string, Promise<void>>()
/** The last of those that wait for the same connection. */
const turns: Promise<void>[] = []

/** Follows the processing of a file, when it is its turn. */
function listen({ id }: File): Promise<void> {
  const turn = processing.size % LISTENING
  const ended = processing.get(id) ?? (turns[turn] ?? Promise.resolve()).then(() => follow(id))
  turns[turn] = ended
  processing.set(id, ended)
  return ended.finally(() => processing.delete(id))
}

// An upload is done when X is.
uppy.addPostProcessor(async (ids) => {
  await Promise.all(ids.map((id) => processing.get(id)))
})

// What X has already needs no more than to be followed.
uppy.on('restored', () => {
  for (const file of uppy.getFiles()) {
    if (file.meta.status) listen(file).then(() => uppy.getFile(file.id)?.error ?? uppy.removeFile(file.id))
  }
})

uppy.on('upload-error', (file, error, response) => {
  const detail = readJson<Problem>(response?.body?.xhr.responseText)?.detail
  if (!file || !detail) return uppy.log(error)
  uppy.setFileState(file.id, { error: detail })
  tell(file, detail)
})

// Who adds the file again begins anew, with the text that is written then.
uppy.on('file-removed', ({ id, tus, meta }) => {
  for (const key of Object.keys(localStorage)) if (key.startsWith(`tus::tus-${id}-`)) localStorage.removeItem(key)
  const headers = { 'tus-resumable': '1.0.0' }
  if (tus?.uploadUrl && !meta.status) fetch(tus.uploadUrl, { method: 'DELETE', headers }).catch(() => {})
})

/** Tells of a media's processing until it has ended. */
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
          return beginAnew(file, `X could not process it: ${error?.message ?? 'it does not say why'}`)
        }
        if (state === 'succeeded') {
          show(file, media)
          return end()
        }
        const message = `X is processing ${file.name}`
        uppy.emit('postprocess-progress', file, { mode: 'determinate', message, value: percent / 100 })
      })
      events.addEventListener('error', () => {
        // A connection that is lost comes back by itself; one that was refused does not.
        if (events.readyState !== EventSource.CLOSED) return
        const file = uppy.getFile(id)
        if (file && triesLeft-- > 0) return void setTimeout(open, TRY_AGAIN_MS)
        if (file) tell(file, 'X has it; what X makes of it is not to be had.')
        end()
      })
    }
    open()
  })
}

/** How often, and after how long, a status that is refused is asked for again. */
const TRIES = 5
const TRY_AGAIN_MS = 3000

/** X has a file that it cannot use: who tries again sends it anew. */
function beginAnew(file: File, detail: string): void {
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
  tell(file, detail)
}

function tell({ name }: File, detail: string): void {
  uppy.info({ message: `${name}: ${detail}`, details: detail }, 'error', 4000)
}

function readJson<Body>(text: string | undefined): Body | undefined {
  try {
    return JSON.parse(text ?? '')
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
    item.append(Object.assign(document.createElement('img'), { src: url, alt: meta.alt_text ?? '' }))
  }
  item.append(`${name} is media ${id} of X.`)
  item.dataset['mediaId'] = id
  document.querySelector('ol')?.prepend(item)
}

function withType(file: File, type: string): File {
  return { ...file, type, meta: { ...file.meta, type } }
}

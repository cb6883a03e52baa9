/** The compose box: text and files, one post. Uploads are `hono-x-media/browser`'s. */

import { interruptedUploads, type UploadMediaOptions, uploadMedia } from '../../../src/browser/index.ts'
import type { Attachment, Trouble } from './attachment.ts'
import { createAttachments, whyFull } from './attachments.ts'
import { createDeveloperDrawer } from './developer.ts'
import { find, showText } from './dom.ts'
import { draftAltTexts, draftedAltText } from './draft.ts'
import { receiveFiles } from './incoming-files.ts'
import { FileRefused, inspectFile } from './inspect-file.ts'
import { createPostText } from './post-text.ts'
import { showPost } from './posted.ts'
import { createPosting } from './posting.ts'
import { showTrouble } from './trouble-view.ts'

const composer = find('composer', HTMLFormElement)
const problem = find('problem', HTMLDivElement)
const reminder = find('reminder', HTMLParagraphElement)
const status = find('status', HTMLParagraphElement)
const isEmulated = composer.dataset['x'] === 'emulated'
const shrinksImages = composer.dataset['shrinksImages'] === 'true'
const { fetch: recordedFetch } = createDeveloperDrawer(composer.dataset['user'] ?? '')
const connection = { endpoint: '/media', fetch: recordedFetch }

const text = createPostText(update)
const attachments = createAttachments(find('attachments', HTMLUListElement), say, update)
const posting = createPosting({
  ...{ text, say, showProblem, attachments: () => attachments.all },
  onPosted(post) {
    showPost(post, isEmulated)
    text.clear()
    attachments.clear()
    say('Posted')
  },
})

function say(words: string): void {
  status.textContent = words
}

function showProblem(trouble?: Trouble): void {
  showTrouble(problem, trouble)
  if (trouble) say(trouble.message)
}

function update(): void {
  const undescribed = attachments.all.filter(isUndescribed).length
  const files = undescribed === 1 ? 'One file has' : `${undescribed} files have`
  showText(reminder, undescribed === 0 ? '' : `${files} no description. People who cannot see it will miss it.`)
  draftAltTexts(attachments.all)
  posting.update()
}

function isUndescribed({ kind, stage, altText }: Attachment): boolean {
  return kind !== 'video' && stage !== 'failed' && altText === ''
}

async function addFile(file: File): Promise<void> {
  const inspected = await inspectFile(file, shrinksImages)
  const full = whyFull(attachments.all, inspected.kind)
  if (full) throw new FileRefused('too_many_files', `${file.name} was not added. ${full}`)
  const { name, size } = file
  attachments.add({
    ...{ name, size, file, ...inspected, altText: draftedAltText({ name, size }) },
    start: (callbacks) => uploadMedia(file, { ...connection, ...callbacks, ...wholeIf(inspected.isConverted) }),
  })
}

/** The server can only make another picture of a file that comes in one request. */
function wholeIf(isConverted: boolean): Pick<UploadMediaOptions, 'plainBytes'> {
  return isConverted ? { plainBytes: Number.POSITIVE_INFINITY } : {}
}

/** Adds files one after the other, so that they keep their order. */
async function addFiles(files: readonly File[]): Promise<void> {
  showProblem()
  for (const file of files) {
    try {
      await addFile(file)
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error
      showProblem({ message: error.message, code: error.code })
    }
  }
}

async function continueUploads(): Promise<void> {
  for (const interrupted of await interruptedUploads(connection)) {
    const { name = 'Untitled', size, needsFile } = interrupted
    const file = await interrupted.file()
    attachments.add({
      ...{ name, size, needsFile, file, altText: draftedAltText({ name, size }) },
      ...(file?.type.startsWith('video/') || needsFile ? { kind: 'video' } : {}),
      start: (callbacks, chosen) => interrupted.resume({ ...callbacks, ...(chosen && { file: chosen }) }),
      discard: () => void interrupted.discard(),
    })
  }
}

composer.addEventListener('submit', (event) => {
  event.preventDefault()
  posting.post()
})
// As in other compose boxes: Ctrl and Enter.
composer.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) composer.requestSubmit()
})
text.restore()
receiveFiles(addFiles)
await continueUploads()

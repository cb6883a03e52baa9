/** The compose box: text and files, one post. Uploads are `hono-x-media/browser`'s. */

import { createAnnouncer } from './announcer.ts'
import type { Attachment } from './attachment.ts'
import { createAttachments } from './attachments.ts'
import { createDeveloperDrawer } from './developer.ts'
import { find, showText } from './dom.ts'
import { saveDraft } from './draft.ts'
import { ownDraft } from './draft-lock.ts'
import { receiveFiles } from './incoming-files.ts'
import { createPostText } from './post-text.ts'
import { showPost } from './posted.ts'
import { createPosting } from './posting.ts'
import type { Trouble } from './trouble.ts'
import { showTrouble } from './trouble-view.ts'
import { createUploads } from './uploads.ts'

const composer = find('composer', HTMLFormElement)
const problem = find('problem', HTMLDivElement)
const reminder = find('reminder', HTMLParagraphElement)
const say = createAnnouncer(find('status', HTMLDivElement))
const isEmulated = composer.dataset['x'] === 'emulated'
const user = composer.dataset['user'] ?? ''
let keepsDraft = false
let shown: Trouble | undefined

const text = createPostText(update)
const attachments = createAttachments(find('attachments', HTMLUListElement), say, update)
const uploads = createUploads({
  ...{ attachments, user, fetch: createDeveloperDrawer(user, say).fetch, onRefused: showProblem },
  shrinksImages: composer.dataset['shrinksImages'] === 'true',
})
const posting = createPosting({
  ...{ text, user, say, showProblem, hideProblem, attachments: () => attachments.all },
  onPosted(post) {
    showPost(post, isEmulated)
    text.clear()
    attachments.clear()
    find('posts', HTMLElement).scrollIntoView({ block: 'nearest' })
    say('Posted')
  },
})

function showProblem(trouble: Trouble): void {
  shown = trouble
  showTrouble(problem, trouble)
  say(trouble.message)
}

/** Hides the problem, unless it is another one. */
function hideProblem(trouble = shown): void {
  if (trouble !== shown) return
  shown = undefined
  showTrouble(problem, undefined)
}

function update(): void {
  const undescribed = attachments.all.filter(isUndescribed).length
  showText(reminder, remindOf(undescribed))
  if (keepsDraft) saveDraft(user, attachments.all)
  posting.update()
}

function remindOf(undescribed: number): string {
  if (undescribed === 0) return ''
  return undescribed === 1
    ? 'One file has no description. People who cannot see it will miss it.'
    : `${undescribed} files have no description. People who cannot see them will miss them.`
}

function isUndescribed({ kind, stage, altText }: Attachment): boolean {
  return kind !== 'video' && stage !== 'failed' && altText === ''
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
receiveFiles((files) => {
  hideProblem()
  uploads.add(files)
})
if (await ownDraft()) {
  await uploads.restore()
  keepsDraft = true
}
update()

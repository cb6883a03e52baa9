/** The post button: what keeps it from posting, and the post itself. */

import type { Attachment } from './attachment.ts'
import { find, showText } from './dom.ts'
import type { PostText } from './post-text.ts'
import type { Posted } from './posted.ts'
import { canRetry } from './stages.ts'
import type { Trouble } from './trouble.ts'

export interface PostingOptions {
  text: PostText
  /** Who posts, as the page shows. */
  user: string
  /** The files of the post. */
  attachments: () => readonly Attachment[]
  say: (text: string) => void
  showProblem: (trouble: Trouble) => void
  /** Hides the problem; with an argument, only that one. */
  hideProblem: (trouble?: Trouble) => void
  onPosted: (posted: Posted) => void
}

export interface Posting {
  /** Sends the post, as soon as X has its files. */
  post(): void
  /** Call it when something has changed. */
  update(): void
}

const BUTTON = { writing: 'Post', waiting: 'Waiting …', sending: 'Posting …' } as const

const LIST = new Intl.ListFormat('en')

export function createPosting(options: PostingOptions): Posting {
  const { text, user, attachments, say, showProblem, hideProblem, onPosted } = options
  const button = find('post', HTMLButtonElement)
  const waiting = find('waiting', HTMLParagraphElement)
  let state: keyof typeof BUTTON = 'writing'
  /** What was not saved when people pressed the button. */
  let knownLoss = ''
  /** The files that the post had then. */
  let promised: readonly Attachment[] = []
  let shownObstacle: Trouble | undefined

  function enter(next: typeof state): void {
    state = next
    button.textContent = BUTTON[next]
    showText(waiting, next === 'waiting' ? describeWait(attachments()) : '')
  }

  async function send(): Promise<void> {
    enter('sending')
    const post = { text: text.value, attachments: attachments() }
    const mediaIds = post.attachments.flatMap(({ media }) => (media ? [media.id] : []))
    const body = JSON.stringify({ text: post.text, mediaIds, user })
    const headers = { 'content-type': 'application/json' }
    try {
      const response = await fetch('/posts', { method: 'POST', headers, body })
      const { id, detail = 'The server could not post it.' }: { id: string; detail?: string } = await response.json()
      if (response.ok) onPosted({ ...post, id })
      else showProblem({ message: detail, code: `status ${response.status}` })
    } catch (error) {
      const message = 'The server could not be reached. Try again.'
      showProblem({ message, code: 'connection_lost', detail: String(error) })
    } finally {
      enter('writing')
    }
  }

  function update(): void {
    const message = obstacle(text, attachments())
    button.ariaDisabled = String(message !== undefined)
    if (shownObstacle && shownObstacle.message !== message) hideProblem(shownObstacle)
    if (state !== 'waiting') return
    const loss = describeLoss(attachments())
    const removed = promised.find((attachment) => !attachments().includes(attachment))
    if (message) stopAt(message)
    else if (removed) stop(`Not posted: you removed ${removed.name}. Press Post to post without it.`)
    else if (loss && loss !== knownLoss) stop(`${loss} Try again, or press Post to do without.`)
    else if (attachments().every(isComplete)) send()
    else enter('waiting')
  }

  function stop(message: string): void {
    enter('writing')
    showProblem({ message })
  }

  /** Shows an obstacle for as long as it is there. */
  function stopAt(message: string): void {
    enter('writing')
    shownObstacle = { message }
    showProblem(shownObstacle)
  }

  return {
    post() {
      if (state !== 'writing') return
      const message = obstacle(text, attachments())
      if (message) return stopAt(message)
      hideProblem()
      knownLoss = describeLoss(attachments())
      promised = attachments()
      enter('waiting')
      if (waiting.textContent) say(waiting.textContent)
      update()
    },
    update,
  }
}

/** What a post waits for. */
function missingParts({ name, stage, altTextState, subtitles }: Attachment): string[] {
  return [
    ...(stage === 'ready' ? [] : [name]),
    ...(altTextState === 'saving' ? [`the description of ${name}`] : []),
    ...(subtitles.state === 'saving' ? [`the subtitles of ${name}`] : []),
  ]
}

function isComplete(attachment: Attachment): boolean {
  return missingParts(attachment).length === 0
}

function describeWait(all: readonly Attachment[]): string {
  const missing = all.flatMap(missingParts)
  return missing.length > 0 ? `Waiting for ${LIST.format(missing)}. Then the post goes out.` : ''
}

/** What was not saved. Empty if there is nothing. */
function describeLoss(all: readonly Attachment[]): string {
  const lost = all.flatMap(({ name, altTextState, subtitles }) => [
    ...(altTextState === 'failed' ? [`the description of ${name}`] : []),
    ...(subtitles.state === 'failed' ? [`the subtitles of ${name}`] : []),
  ])
  return lost.length > 0 ? `Not saved: ${LIST.format(lost)}.` : ''
}

/** What somebody must do before the post can be sent; undefined if it is only a matter of time. */
function obstacle({ isEmpty, isValid }: PostText, all: readonly Attachment[]): string | undefined {
  if (!isEmpty && !isValid) return 'The text is too long.'
  if (isEmpty && all.length === 0) return 'Write something, or add a file.'
  const failed = all.find(({ stage }) => stage === 'failed')
  if (failed) return canRetry(failed) ? `Remove ${failed.name}, or try it again.` : `Remove ${failed.name}.`
  const long = all.find(({ altTextState }) => altTextState === 'too long')
  if (long) return `Shorten the description of ${long.name}.`
  const paused = all.find(({ stage }) => stage === 'paused')
  if (paused) return `Resume ${paused.name}, or remove it.`
  const missing = all.find(({ stage }) => stage === 'file needed')
  return missing && `Choose ${missing.name} again, or remove it.`
}

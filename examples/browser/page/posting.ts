/** The post button: what keeps it from posting, and the post itself. */

import type { Attachment, Trouble } from './attachment.ts'
import { find } from './dom.ts'
import type { PostText } from './post-text.ts'
import type { Posted } from './posted.ts'

export interface PostingOptions {
  text: PostText
  /** The files of the post. */
  attachments: () => readonly Attachment[]
  say: (text: string) => void
  showProblem: (trouble?: Trouble) => void
  onPosted: (posted: Posted) => void
}

export interface Posting {
  /** Sends the post, as soon as X has its files. */
  post(): void
  /** Call it when something has changed. */
  update(): void
}

export function createPosting({ text, attachments, say, showProblem, onPosted }: PostingOptions): Posting {
  const button = find('post', HTMLButtonElement)
  let state: 'writing' | 'waiting' | 'sending' = 'writing'

  function enter(next: typeof state): void {
    state = next
    button.textContent = next === 'writing' ? 'Post' : 'Posting …'
  }

  async function send(): Promise<void> {
    enter('sending')
    const post = { text: text.value, attachments: attachments() }
    const mediaIds = post.attachments.flatMap(({ media }) => (media ? [media.id] : []))
    const body = JSON.stringify({ text: post.text, mediaIds })
    const headers = { 'content-type': 'application/json' }
    try {
      const response = await fetch('/posts', { method: 'POST', headers, body })
      const { id, detail }: { id: string; detail?: string } = await response.json()
      if (response.ok) onPosted({ ...post, id })
      else showProblem({ message: `X rejected the post. ${detail ?? ''}`, code: `status ${response.status}` })
    } catch (error) {
      const message = 'The server could not be reached. Try again.'
      showProblem({ message, code: 'connection_lost', detail: String(error) })
    } finally {
      enter('writing')
    }
  }

  function update(): void {
    const stopped = obstacle(text, attachments()) !== undefined
    button.ariaDisabled = String(stopped)
    if (state !== 'waiting') return
    if (stopped) enter('writing')
    else if (attachments().every(isComplete)) send()
  }

  return {
    post() {
      if (state !== 'writing') return
      const message = obstacle(text, attachments())
      if (message) return showProblem({ message, code: 'not_ready' })
      showProblem()
      enter('waiting')
      if (!attachments().every(isComplete)) say('The post goes out as soon as its files are ready')
      update()
    },
    update,
  }
}

/** Whether X has the file and its description. */
function isComplete({ stage, altTextState }: Attachment): boolean {
  return stage === 'ready' && altTextState !== 'saving'
}

/** What somebody must do before the post can be sent; undefined if it is only a matter of time. */
function obstacle({ isEmpty, isValid }: PostText, all: readonly Attachment[]): string | undefined {
  if (!isEmpty && !isValid) return 'The text is too long.'
  if (isEmpty && all.length === 0) return 'Write something, or add a file.'
  const failed = all.find(({ stage }) => stage === 'failed')
  if (failed) return `Remove ${failed.name}, or try it again.`
  const long = all.find(({ altTextState }) => altTextState === 'too long')
  if (long) return `Shorten the description of ${long.name}.`
  const paused = all.find(({ stage }) => stage === 'paused')
  if (paused) return `Resume ${paused.name}, or remove it.`
  const missing = all.find(({ stage }) => stage === 'file needed')
  return missing && `Choose ${missing.name} again, or remove it.`
}

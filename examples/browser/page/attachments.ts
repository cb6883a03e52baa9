/** The files of the post: which they are, and in which order. */

import { type Attachment, createAttachment, type NewAttachment } from './attachment.ts'
import { type AttachmentCard, createAttachmentCard } from './attachment-card.ts'
import type { FileKind } from './inspect-file.ts'
import { announcement } from './stages.ts'

export interface Attachments {
  readonly all: readonly Attachment[]
  add(given: NewAttachment): Attachment
  /** Forgets all, because they have been posted. */
  clear(): void
}

interface Entry {
  attachment: Attachment
  card: AttachmentCard
}

const MAX_PICTURES = 4

/** Why a post cannot have one more file of this kind; undefined if it can. */
export function whyFull(all: readonly Pick<Attachment, 'kind'>[], kind: FileKind): string | undefined {
  if (all.length === 0) return undefined
  if (kind === 'picture' && all.every((other) => other.kind === 'picture')) {
    return all.length < MAX_PICTURES ? undefined : `A post can have up to ${MAX_PICTURES} pictures.`
  }
  return 'A post can have up to four pictures, or one video or GIF, but not both.'
}

/** @param say Announces something. @param onChange Called on every change. */
export function createAttachments(list: HTMLElement, say: (text: string) => void, onChange: () => void): Attachments {
  let entries: Entry[] = []
  let dragged: Entry | undefined

  function update(): void {
    for (const [index, { card }] of entries.entries()) card.update(index, entries.length)
    onChange()
  }

  function place(entry: Entry, to: number): void {
    const others = entries.filter((other) => other !== entry)
    const focused = document.activeElement
    entries = [...others.slice(0, to), entry, ...others.slice(to)]
    list.replaceChildren(...entries.map(({ card }) => card.item))
    update()
    if (focused instanceof HTMLElement) focused.focus()
  }

  function move(entry: Entry, by: -1 | 1): void {
    const to = entries.indexOf(entry) + by
    place(entry, to)
    say(`${entry.attachment.name} is number ${to + 1} of ${entries.length}`)
    // A button that can go no further has lost the focus.
    if (document.activeElement === document.body) {
      entry.card.item.querySelector<HTMLElement>('.actions button:enabled:not([hidden])')?.focus()
    }
  }

  function remove(entry: Entry): void {
    const at = entries.indexOf(entry)
    entries = entries.filter((other) => other !== entry)
    entry.attachment.discard()
    entry.card.release()
    entry.card.item.remove()
    update()
    say(`${entry.attachment.name} was removed`)
    const next = entries[Math.min(at, entries.length - 1)]?.card.item.querySelector('.actions button:last-child')
    if (next instanceof HTMLElement) next.focus()
    else document.getElementById('files')?.focus()
  }

  /** Lets the mouse drag a card to another place. */
  function makeDraggable(entry: Entry): void {
    const { item } = entry.card
    item.addEventListener('dragstart', (event) => {
      // Text in a field is dragged as text.
      if (event.target !== item) return
      dragged = entry
      event.dataTransfer?.setData('text/plain', entry.attachment.name)
    })
    item.addEventListener('dragover', (event) => {
      if (dragged) event.preventDefault()
    })
    item.addEventListener('drop', (event) => {
      if (!dragged) return
      event.preventDefault()
      place(dragged, entries.indexOf(entry))
    })
    item.addEventListener('dragend', () => {
      dragged = undefined
    })
  }

  return {
    get all() {
      return entries.map(({ attachment }) => attachment)
    },
    add(given) {
      let announced = ''
      const attachment = createAttachment(given, () => {
        if (!entries.includes(entry)) return
        const news = announcement(attachment)
        if (news !== announced) say(news)
        announced = news
        update()
      })
      const card = createAttachmentCard(attachment, {
        move: (by) => move(entry, by),
        remove: () => remove(entry),
        say,
      })
      const entry: Entry = { attachment, card }
      entries = [...entries, entry]
      list.append(card.item)
      makeDraggable(entry)
      update()
      return attachment
    },
    clear() {
      // Their controls would take the focus with them.
      if (list.contains(document.activeElement)) document.getElementById('text')?.focus()
      for (const { attachment, card } of entries) {
        attachment.discard()
        card.release()
        card.item.remove()
      }
      entries = []
      onChange()
    },
  }
}

/** Shows a post as people would see it. */

import type { Attachment } from './attachment.ts'
import { element, find } from './dom.ts'

export interface Posted {
  id: string
  text: string
  attachments: readonly Attachment[]
}

/** Adds a post to the list. @param isEmulated Whether X is: the page then has the media back from it. */
export function showPost({ id, text, attachments }: Posted, isEmulated: boolean): void {
  const media = attachments.map((attachment) => showMedia(attachment, isEmulated))
  const origin = isEmulated
    ? `Post ${id} of the emulated X`
    : element('a', { href: `https://x.com/i/status/${id}` }, `Post ${id}`)
  const article = element(
    'article',
    { className: 'card post' },
    ...(text ? [element('p', { className: 'said' }, text)] : []),
    element('div', { className: 'gallery' }, ...media),
    element('p', { className: 'quiet' }, origin),
  )
  article.dataset['postId'] = id
  const section = find('posts', HTMLElement)
  section.hidden = false
  find('posts-title', HTMLHeadingElement).after(article)
}

function showMedia({ kind, name, media, file, altText }: Attachment, isEmulated: boolean): HTMLElement {
  const source = isEmulated || !file ? `/x/${media?.id}` : URL.createObjectURL(file)
  if (kind !== 'video') return element('img', { src: source, alt: altText })
  return element('video', { src: source, controls: true, muted: true, playsInline: true, ariaLabel: name })
}

/** Shows a file of the user's own. */

import type { Attachment } from './attachment.ts'
import { element } from './dom.ts'
import { showFacts } from './words.ts'

/** A picture of the file, and its facts. */
export interface Preview {
  picture: HTMLElement
  facts: HTMLElement
  /** Shows the file when it is there. */
  update(): void
  /** Lets the browser forget the file. */
  release(): void
}

export function createPreview(attachment: Attachment): Preview {
  const { name, size } = attachment
  const picture = element('div', { className: 'picture' })
  const facts = element('p', { className: 'facts' }, showFacts(attachment.facts ?? {}, size))
  let url: string | undefined

  /** Browsers know more of some files than their first bytes tell. */
  function tell(width: number, height: number, durationSecs?: number): void {
    const known = durationSecs === undefined ? {} : { durationSecs }
    facts.textContent = showFacts({ ...known, width, height, ...attachment.facts }, size)
  }

  function show(file: Blob): void {
    url = URL.createObjectURL(file)
    if (attachment.kind === 'video' || file.type.startsWith('video/')) {
      const video = element('video', { src: url, muted: true, playsInline: true, preload: 'metadata' })
      video.ariaLabel = `Preview of ${name}`
      video.onloadedmetadata = () => tell(video.videoWidth, video.videoHeight, video.duration)
      video.onerror = () => video.remove()
      picture.append(video)
    } else {
      const image = element('img', { src: url, alt: '', draggable: false })
      image.onload = () => tell(image.naturalWidth, image.naturalHeight)
      image.onerror = () => image.remove()
      picture.append(image)
    }
  }

  return {
    picture,
    facts,
    update() {
      if (!url && attachment.file) show(attachment.file)
    },
    release() {
      if (url) URL.revokeObjectURL(url)
    },
  }
}

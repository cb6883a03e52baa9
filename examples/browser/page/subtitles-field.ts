/** Where people add subtitles to a video. */

import type { Attachment } from './attachment.ts'
import { element, showText } from './dom.ts'

export interface SubtitlesField {
  field: HTMLElement
  update(): void
}

/** @param say Announces something. */
export function createSubtitlesField({ name, subtitles }: Attachment, say: (text: string) => void): SubtitlesField {
  const language = element('input', { value: navigator.language.slice(0, 2).toUpperCase(), maxLength: 2, size: 3 })
  const file = element('input', { type: 'file', accept: '.vtt,.srt,text/vtt' })
  const state = element('p', { className: 'quiet' })
  file.ariaLabel = `Choose a file: subtitles for ${name}`

  file.addEventListener('change', () => {
    const [track] = file.files ?? []
    if (track) subtitles.add(track, language.value.toUpperCase())
    file.value = ''
  })

  return {
    field: element(
      'details',
      { className: 'subtitles' },
      element('summary', {}, 'Subtitles'),
      element(
        'div',
        { className: 'bar' },
        element('label', {}, 'Language ', language),
        element('span', { className: 'button' }, file, element('span', { ariaHidden: 'true' }, 'Choose a file')),
      ),
      state,
    ),
    update() {
      const { text } = subtitles
      if (text !== state.textContent) say(text)
      showText(state, text)
    },
  }
}

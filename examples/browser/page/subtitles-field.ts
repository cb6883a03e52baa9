/** Where people add subtitles to a video. */

import { type Attachment, troubleOf } from './attachment.ts'
import { element } from './dom.ts'

export function createSubtitlesField(attachment: Attachment, say: (text: string) => void): HTMLElement {
  const language = element('input', { value: navigator.language.slice(0, 2).toUpperCase(), maxLength: 2, size: 3 })
  const file = element('input', { type: 'file', accept: '.vtt,.srt,text/vtt' })
  const state = element('p', { className: 'quiet' })
  file.ariaLabel = `Subtitles for ${attachment.name}`

  file.addEventListener('change', async () => {
    const [track] = file.files ?? []
    if (!track) return
    state.textContent = `Adding ${track.name}`
    try {
      await attachment.addSubtitles(track, language.value.toUpperCase())
      state.textContent = `X has the subtitles in ${language.value.toUpperCase()}`
    } catch (error) {
      state.textContent = troubleOf(error).message
    }
    file.value = ''
    say(state.textContent)
  })

  return element(
    'details',
    { className: 'subtitles' },
    element('summary', {}, 'Subtitles'),
    element('label', {}, 'Language ', language),
    element('span', { className: 'button' }, file, element('span', { ariaHidden: 'true' }, 'Choose a file')),
    state,
  )
}

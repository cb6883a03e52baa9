/** Shows one attachment, with its controls. */

import { createAltTextField } from './alt-text-field.ts'
import type { Attachment } from './attachment.ts'
import { element, showText } from './dom.ts'
import { createPreview } from './preview.ts'
import { canRetry, canTakeAdditions, describeStage, percentDone } from './stages.ts'
import { createSubtitlesField } from './subtitles-field.ts'
import { showTrouble } from './trouble-view.ts'

export interface CardActions {
  move(by: -1 | 1): void
  remove(): void
  say(text: string): void
}

export interface AttachmentCard {
  item: HTMLLIElement
  /** @param at The place in the list. @param count How many there are. */
  update(at: number, count: number): void
  release(): void
}

/** How many bars the progress has. */
const BARS = 16

export function createAttachmentCard(attachment: Attachment, actions: CardActions): AttachmentCard {
  const { name } = attachment
  const preview = createPreview(attachment)
  const bars = Array.from({ length: BARS }, () => element('i'))
  const progress = element('div', { className: 'bars', role: 'progressbar', ariaLabel: `Progress of ${name}` }, ...bars)
  const stage = element('p', { className: 'stage' })
  const warnings = element('ul', { className: 'warnings' })
  const trouble = element('div', { className: 'problem' })
  const addition =
    attachment.kind === 'video' ? createSubtitlesField(attachment, actions.say) : createAltTextField(attachment)

  const earlier = button('Earlier', `Move ${name} earlier`, () => actions.move(-1))
  const later = button('Later', `Move ${name} later`, () => actions.move(1))
  const pause = button('Pause', `Pause ${name}`, attachment.pause)
  const resume = button('Resume', `Resume ${name}`, attachment.resume)
  const retry = button('Try again', `Try again: ${name}`, () => attachment.begin())
  const remove = button('Remove', `Remove ${name}`, actions.remove)
  const again = element('input', { type: 'file', ariaLabel: `Choose again: ${name}` })
  const choose = element(
    'span',
    { className: 'button' },
    again,
    element('span', { ariaHidden: 'true' }, 'Choose again'),
  )
  again.addEventListener('change', () => {
    const [file] = again.files ?? []
    if (file) attachment.begin(file)
    again.value = ''
  })

  const controls = [earlier, later, pause, resume, retry, choose, remove]
  const actionBar = element('div', { className: 'actions' }, ...controls)
  const item = element(
    'li',
    { className: 'attachment', draggable: true },
    element('div', { className: 'thumbnail' }, preview.picture, progress),
    element('div', { className: 'heading' }, element('p', { className: 'name' }, name), preview.facts, stage),
    element('div', { className: 'about' }, warnings, trouble, addition.field, actionBar),
  )

  return {
    item,
    update(at, count) {
      const focused = document.activeElement
      const percent = percentDone(attachment)
      item.dataset['stage'] = attachment.stage
      progress.ariaValueNow = String(percent)
      progress.ariaValueText = describeStage(attachment)
      const full = Math.round((percent * BARS) / 100)
      for (const [index, bar] of bars.entries()) bar.className = index < full ? 'full' : ''
      showText(stage, describeStage(attachment))
      if (warnings.childElementCount !== attachment.warnings.length) {
        warnings.replaceChildren(...attachment.warnings.map((text) => element('li', {}, text)))
      }
      showTrouble(trouble, attachment.trouble)
      preview.update()
      addition.update()
      addition.field.hidden = !canTakeAdditions(attachment)
      earlier.hidden = later.hidden = count < 2
      earlier.disabled = at === 0
      later.disabled = at === count - 1
      pause.hidden = attachment.stage !== 'uploading'
      resume.hidden = attachment.stage !== 'paused'
      retry.hidden = !canRetry(attachment)
      choose.hidden = attachment.stage !== 'file needed'
      if (actionBar.contains(focused) && focused?.closest('[hidden]')) focusFirstVisible(pause, resume, remove)
    },
    release: preview.release,
  }
}

function button(text: string, label: string, onClick: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', ariaLabel: label, title: label }, text)
  made.addEventListener('click', onClick)
  return made
}

function focusFirstVisible(...controls: HTMLElement[]): void {
  controls.find(({ hidden }) => !hidden)?.focus()
}

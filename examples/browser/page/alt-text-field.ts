/** Where people describe a picture. */

import { type Attachment, MAX_ALT_TEXT } from './attachment.ts'
import { element } from './dom.ts'

const SAYS: Readonly<Record<Attachment['altTextState'], string>> = {
  saved: ' · Saved',
  saving: ' · Saving …',
  failed: ' · Not saved',
  'too long': ': too long',
}

export interface AltTextField {
  field: HTMLElement
  update(): void
}

export function createAltTextField(attachment: Attachment): AltTextField {
  const text = element('textarea', { rows: 1, value: attachment.altText })
  text.ariaLabel = `Description of ${attachment.name}`
  const count = element('span', { className: 'quiet' })
  const label = element('label', {}, 'Description', text)
  text.addEventListener('input', () => attachment.describe(text.value.trim()))
  return {
    field: element('div', { className: 'description' }, label, count),
    update() {
      const { altText, altTextState } = attachment
      const [length, limit] = [[...altText].length, MAX_ALT_TEXT].map((number) => number.toLocaleString('en'))
      text.ariaInvalid = String(altTextState === 'too long')
      count.textContent = `${length} of ${limit}${altText === '' ? '' : SAYS[altTextState]}`
    },
  }
}

import { element } from './dom.ts'
import type { Trouble } from './trouble.ts'

/** Shows what went wrong: a sentence, and the code, if there is one, for those who open it. */
export function showTrouble(shown: HTMLElement, trouble: Trouble | undefined): void {
  shown.hidden = trouble === undefined
  shown.replaceChildren()
  if (!trouble) return
  const { message, code, detail } = trouble
  const about = detail && !message.includes(detail) ? ` ${detail}` : ''
  shown.append(element('p', {}, message))
  if (code === undefined) return
  const technical = element('p', {}, element('code', {}, code), about)
  shown.append(element('details', {}, element('summary', {}, 'Technical details'), technical))
}

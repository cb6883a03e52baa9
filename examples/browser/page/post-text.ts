/** The text of the post, with its length as X counts it. */

import twitter from 'twitter-text'
import { find } from './dom.ts'

/** The longest post of an ordinary account, as X counts. https://docs.x.com/fundamentals/counting-characters */
const MAX_LENGTH = 280
/** Characters that are left when people begin to hear of it. */
const SOON = 20

export interface PostText {
  readonly value: string
  /** Whether X takes its length. An empty text is not valid by itself. */
  readonly isValid: boolean
  readonly isEmpty: boolean
  /** Brings back what was written before a reload. */
  restore(): void
  clear(): void
}

/** Where the text survives: a reload in the tab's own storage, and the end of the tab in the one that all tabs share. */
const DRAFT = 'draft-text'

export function createPostText(onChange: () => void): PostText {
  const field = find('text', HTMLTextAreaElement)
  const count = find('count', HTMLSpanElement)
  const ring = find('ring', SVGCircleElement)
  let isValid = false

  function update(): void {
    const { value } = field
    const { weightedLength, permillage, valid } = twitter.parseTweet(value)
    isValid = valid
    const left = MAX_LENGTH - weightedLength
    ring.style.strokeDasharray = `${Math.min(permillage, 1000)} 1000`
    const surplus = `${-left} ${left === -1 ? 'character' : 'characters'} too many`
    count.textContent = left < 0 ? surplus : `${weightedLength} of ${MAX_LENGTH} characters`
    count.dataset['left'] = left < 0 ? 'over' : left <= SOON ? 'few' : 'enough'
    count.ariaLive = left <= SOON ? 'polite' : 'off'
    field.ariaInvalid = String(left < 0)
    for (const storage of [sessionStorage, localStorage]) storage.setItem(DRAFT, value)
    onChange()
  }

  field.addEventListener('input', update)

  return {
    get value() {
      return field.value
    },
    get isValid() {
      return isValid
    },
    get isEmpty() {
      return field.value.trim() === ''
    },
    restore() {
      field.value = sessionStorage.getItem(DRAFT) ?? localStorage.getItem(DRAFT) ?? ''
      update()
    },
    clear() {
      field.value = ''
      update()
    },
  }
}

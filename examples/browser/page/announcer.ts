import { element } from './dom.ts'

/** Texts that come within so many milliseconds are announced together. */
const TOGETHER_MS = 200

/** Returns what announces a text to screen readers. Of texts that come at once, none hides another. */
export function createAnnouncer(status: HTMLElement): (text: string) => void {
  let waiting: string[] = []

  function announce(): void {
    status.replaceChildren(...waiting.map((text) => element('p', {}, text)))
    waiting = []
  }

  return (text) => {
    if (waiting.length === 0) setTimeout(announce, TOGETHER_MS)
    waiting.push(text)
  }
}

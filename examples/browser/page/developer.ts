/** The developer drawer: what happens, as it happens, and how to make it go wrong. */

import { createActivityLines } from './activity-lines.ts'
import { curlFor } from './curl.ts'
import { element, find } from './dom.ts'
import { createRecordedFetch, type RecordedFetch, type RecordedRequest } from './recorded-fetch.ts'
import { followServer } from './server-activity.ts'

/** For how long a dropped connection stays away, milliseconds. */
const DROP_MS = 3000
/** Within so many pixels of its end, the log follows what is new. */
const NEAR_THE_END = 80
/** How long a button says that its command was copied, milliseconds. */
const COPIED_MS = 3000
/** The most lines to show. */
const MAX_LINES = 300

/** @param user For the commands: curl has no cookie. @param say Announces something. */
export function createDeveloperDrawer(user: string, say: (text: string) => void): Pick<RecordedFetch, 'fetch'> {
  const drawer = find('developer', HTMLDetailsElement)
  const log = find('log', HTMLOListElement)
  const requests = new Map<number, HTMLSpanElement>()
  const lines: { at: number; line: HTMLLIElement }[] = []
  const startedAt = Date.now()

  /** Adds a line at its place in time. */
  function add(at: number, className: string, ...content: Node[]): void {
    const time = element('time', {}, `${((at - startedAt) / 1000).toFixed(1)} s`)
    const line = element('li', { className }, time, ...content)
    const before = lines.findLast((other) => other.at <= at)
    const pane = log.parentElement ?? log
    const isAtEnd = pane.scrollTop + pane.clientHeight > pane.scrollHeight - NEAR_THE_END
    if (before) before.line.after(line)
    else log.prepend(line)
    lines.splice(before ? lines.indexOf(before) + 1 : 0, 0, { at, line })
    if (lines.length > MAX_LINES) lines.shift()?.line.remove()
    find('log-empty', HTMLParagraphElement).hidden = true
    if (isAtEnd) pane.scrollTop = pane.scrollHeight
  }

  function showRequest(request: RecordedRequest): void {
    const { id, at, method, url, outcome, durationMs } = request
    const { pathname } = new URL(url, location.href)
    const result = outcome === undefined ? ' …' : ` ${outcome}, ${durationMs} ms`
    const known = requests.get(id)
    const shown = known ?? element('span')
    requests.set(id, shown)
    shown.replaceChildren(element('b', {}, method), ` ${pathname}${result}`)
    if (!known) add(at, 'request', shown, copyButton(method, curlFor(request, user), say))
  }

  const recorded = createRecordedFetch(showRequest)
  const describe = createActivityLines()
  drawer.addEventListener(
    'toggle',
    () => {
      if (drawer.open)
        followServer((event) => event.at >= startedAt && add(event.at, 'x', element('span', {}, describe(event))))
    },
    { once: true },
  )

  if (drawer.querySelector('fieldset')) {
    const slow = find('slow', HTMLInputElement)
    slow.addEventListener('change', () => put('slow', String(slow.checked)))
    for (const button of drawer.querySelectorAll<HTMLButtonElement>('[data-fault]')) {
      const { fault = '' } = button.dataset
      button.addEventListener('click', async () => {
        if (fault === 'connection') recorded.drop(DROP_MS)
        else await put(fault)
        say(`Done: ${button.textContent}`)
        add(Date.now(), 'fault', element('span', {}, `You: ${button.textContent}`))
      })
    }
  }
  return recorded
}

/** @param method The name of the button tells the requests apart by it. */
function copyButton(method: string, command: Promise<string>, say: (text: string) => void): HTMLButtonElement {
  const copy = element('button', { type: 'button' })
  let timer: ReturnType<typeof setTimeout> | undefined
  const show = (text: string, label: string) => Object.assign(copy, { textContent: text, ariaLabel: label })
  const showCommand = () => show('curl', `Copy ${method} as curl`)
  showCommand()
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(await command)
    show('Copied', `Copied ${method} as curl`)
    say('Copied')
    clearTimeout(timer)
    timer = setTimeout(showCommand, COPIED_MS)
  })
  return copy
}

async function put(fault: string, body?: string): Promise<void> {
  await fetch(`/faults/${fault}`, { method: 'PUT', ...(body && { body }) })
}

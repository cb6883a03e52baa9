import { vi } from 'vitest'
import type { Control, DrivenPage, Key } from './driven-page.ts'

/** The name of the id in a reference to an element. https://www.w3.org/TR/webdriver2/#elements */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

/** https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEYS: Readonly<Record<Key, string>> = { Tab: '\uE004', Enter: '\uE007', Control: '\uE009' }

interface ElementReference {
  [ELEMENT]: string
}

/** Opens a page in a new session of a WebDriver server, and so with an empty storage. */
export async function openDriverPage(server: string): Promise<DrivenPage> {
  const { sessionId } = await command<{ sessionId: string }>('POST', `${server}/session`, { capabilities: {} })
  const session = `${server}/session/${sessionId}`
  const post = <Value = void>(path: string, body: object = {}) => command<Value>('POST', `${session}${path}`, body)
  const execute = <Value>(script: string, ...args: unknown[]) => post<Value>('/execute/sync', { script, args })
  const actOnKeys = (...actions: object[]) => post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })

  async function findControl(name: string): Promise<Control> {
    for (const { [ELEMENT]: id } of await execute<ElementReference[]>(`return (${shownControls})()`)) {
      if ((await command<string>('GET', `${session}/element/${id}/computedlabel`)) !== name) continue
      return {
        click: () => post(`/element/${id}/click`),
        type: (text) => post(`/element/${id}/value`, { text }),
      }
    }
    throw new Error(`The page has no control ${name}.`)
  }

  return {
    keyboard: {
      press: (key) => actOnKeys(keyDown(KEYS[key]), keyUp(KEYS[key])),
      down: (key) => actOnKeys(keyDown(KEYS[key])),
      up: (key) => actOnKeys(keyUp(KEYS[key])),
      type: (text) => actOnKeys(...[...text].flatMap((letter) => [keyDown(letter), keyUp(letter)])),
    },
    goto: (url) => post('/url', { url }),
    reload: () => post('/refresh'),
    evaluate: (call, ...given) => execute(typeof call === 'string' ? call : `return (${call})(...arguments)`, ...given),
    control: (name) => vi.waitFor(() => findControl(name), { timeout: 30_000 }),
    async setFiles(selector, paths) {
      const { [ELEMENT]: id } = await post<ElementReference>('/element', { using: 'css selector', value: selector })
      await post(`/element/${id}/value`, { text: paths.join('\n') })
    },
    close: () => command('DELETE', session),
  }
}

/** Sends a command, and resolves to the value of its answer. */
export async function command<Value = void>(method: string, url: string, body?: object): Promise<Value> {
  const response = await fetch(url, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`)
  return JSON.parse(text).value
}

const keyDown = (value: string) => ({ type: 'keyDown', value })
const keyUp = (value: string) => ({ type: 'keyUp', value })

/** Runs in the page. */
function shownControls(): Element[] {
  const controls = document.querySelectorAll('button, input, textarea, summary')
  return [...controls].filter((control) => control.checkVisibility())
}

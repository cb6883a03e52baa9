import type { Store } from '../src/store/store.ts'

/** What is needed of a binding to `XMediaObject`. */
export interface DurableObjects<Id = unknown> {
  idFromName(name: string): Id
  get(id: Id): { fetch(url: string, init?: RequestInit): Promise<Response> }
}

/** What is needed of the state that workerd gives a Durable Object. */
export interface DurableObjectState {
  storage: {
    get(key: string): Promise<unknown>
    put(key: string, value: unknown): Promise<void>
    deleteAll(): Promise<void>
    setAlarm(epochMs: number): Promise<void>
    deleteAlarm(): Promise<void>
  }
}

interface Swap {
  before?: string
  after?: string
  expiresAt: number
}

interface Entry {
  text: string
  expiresAt: number
}

/** The objects have no host; requests to them need one. */
const URL_INSIDE = 'https://x-media.invalid/'
const ENTRY = 'entry'

/**
 * Keeps each text in a Durable Object of its own, wherever the Worker runs: `durableObjectStore(env.UPLOADS)`. The Worker
 * exports `XMediaObject`, and wrangler.toml binds it, with `new_sqlite_classes`.
 */
export function durableObjectStore<Id>(objects: DurableObjects<Id>): Store {
  async function ask(key: string, init?: RequestInit): Promise<{ text?: string; swapped?: boolean }> {
    const response = await objects.get(objects.idFromName(key)).fetch(URL_INSIDE, init)
    if (!response.ok) throw new Error(`a Durable Object answered ${response.status}`)
    return await response.json()
  }

  return {
    get: async (key) => (await ask(key)).text,
    async compareAndSwap(key, before, after, expiresAt) {
      const swap: Swap = {
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        expiresAt,
      }
      return (await ask(key, { method: 'PUT', body: JSON.stringify(swap) })).swapped === true
    },
  }
}

/** The Durable Object behind `durableObjectStore`: one text, which an alarm removes when its time is over. */
export class XMediaObject {
  readonly #storage: DurableObjectState['storage']

  constructor({ storage }: DurableObjectState) {
    this.#storage = storage
  }

  // While it waits for its storage an object gets no other request, so that reading and writing are one step.
  // https://developers.cloudflare.com/durable-objects/reference/in-memory-state/
  async fetch(request: Request): Promise<Response> {
    if (request.method !== 'PUT') {
      const text = await this.#read()
      return Response.json(text === undefined ? {} : { text })
    }
    const { before, after, expiresAt }: Swap = await request.json()
    if ((await this.#read()) !== before) return Response.json({ swapped: false })
    if (after === undefined) {
      await this.#storage.deleteAlarm()
      await this.#storage.deleteAll()
    } else {
      await this.#storage.put(ENTRY, { text: after, expiresAt })
      await this.#storage.setAlarm(expiresAt)
    }
    return Response.json({ swapped: true })
  }

  async alarm(): Promise<void> {
    if ((await this.#read()) === undefined) await this.#storage.deleteAll()
  }

  async #read(): Promise<string | undefined> {
    const entry = await this.#storage.get(ENTRY)
    return isEntry(entry) && entry.expiresAt > Date.now() ? entry.text : undefined
  }
}

function isEntry(entry: unknown): entry is Entry {
  return typeof entry === 'object' && entry !== null && 'text' in entry && 'expiresAt' in entry
}

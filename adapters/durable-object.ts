import type { Store } from '../src/store/store.ts'

/** The part of a binding to `XMediaObject` that the store uses. */
export interface DurableObjects<Id = unknown> {
  idFromName(name: string): Id
  get(id: Id): { fetch(url: string, init?: RequestInit): Promise<Response> }
}

/** The part of a Durable Object's state that `XMediaObject` uses. */
export interface DurableObjectState {
  storage: {
    get(key: string): Promise<unknown>
    put(key: string, value: unknown): Promise<void>
    deleteAll(): Promise<void>
    setAlarm(epochMs: number): Promise<void>
    deleteAlarm(): Promise<void>
  }
}

/** The body of a PUT request; a text is left out where there is none. */
interface Swap {
  before?: string
  after?: string
  expiresAt: number
}

interface Entry {
  text: string
  expiresAt: number
}

/** A Durable Object has no host, but a request to it needs one. */
const OBJECT_URL = 'https://x-media.invalid/'
const ENTRY_KEY = 'entry'

/**
 * A store with one Durable Object per key, which all instances of a Worker share: `durableObjectStore(env.UPLOADS)`.
 * Export `XMediaObject` from the Worker and bind it in wrangler.toml, with `new_sqlite_classes`. Throws a `TypeError` for
 * anything else.
 */
export function durableObjectStore<Id>(objects: DurableObjects<Id>): Store {
  requireBinding(objects)
  async function send(key: string, init?: RequestInit): Promise<{ text?: string; swapped?: boolean }> {
    const response = await objects.get(objects.idFromName(key)).fetch(OBJECT_URL, init)
    if (!response.ok) throw new Error(`The Durable Object responded with ${response.status}.`)
    return await response.json()
  }

  return {
    get: async (key) => (await send(key)).text,
    async compareAndSwap(key, before, after, expiresAt) {
      const swap: Swap = {
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        expiresAt,
      }
      return (await send(key, { method: 'PUT', body: JSON.stringify(swap) })).swapped === true
    },
  }
}

function requireBinding(objects: unknown): void {
  if (typeof Reflect.get(Object(objects), 'idFromName') === 'function') return
  // A string may be a secret.
  const got = objects instanceof Object ? 'another binding' : typeof objects
  throw new TypeError(`No Durable Object binding, but ${got}: is the name in wrangler.toml, such as UPLOADS?`)
}

/** The Durable Object of `durableObjectStore`. It holds one text, and an alarm removes the text when it expires. */
export class XMediaObject {
  /** Lets TypeScript accept `DurableObjectNamespace<XMediaObject>`, which `wrangler types` writes. No such member exists. */
  declare readonly __DURABLE_OBJECT_BRAND: never
  readonly #storage: DurableObjectState['storage']

  constructor({ storage }: DurableObjectState) {
    this.#storage = storage
  }

  // An object receives no other request while it waits for its storage, so reading and then writing is atomic.
  // https://developers.cloudflare.com/durable-objects/reference/in-memory-state/
  async fetch(request: Request): Promise<Response> {
    if (request.method !== 'PUT') {
      const { text } = (await this.#read()) ?? {}
      return Response.json(text === undefined ? {} : { text })
    }
    const { before, after, expiresAt }: Swap = await request.json()
    const entry = await this.#read()
    if (entry?.text !== before) return Response.json({ swapped: false })
    if (after === undefined) {
      await this.#storage.deleteAlarm()
      await this.#storage.deleteAll()
    } else {
      await this.#storage.put(ENTRY_KEY, { text: after, expiresAt })
      // Each write takes a while; the counts of a quota share one expiry.
      if (entry?.expiresAt !== expiresAt) await this.#storage.setAlarm(expiresAt)
    }
    return Response.json({ swapped: true })
  }

  async alarm(): Promise<void> {
    if ((await this.#read()) === undefined) await this.#storage.deleteAll()
  }

  async #read(): Promise<Entry | undefined> {
    const entry = await this.#storage.get(ENTRY_KEY)
    return isEntry(entry) && entry.expiresAt > Date.now() ? entry : undefined
  }
}

function isEntry(entry: unknown): entry is Entry {
  return typeof entry === 'object' && entry !== null && 'text' in entry && 'expiresAt' in entry
}

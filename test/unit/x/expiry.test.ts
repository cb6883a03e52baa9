import { describe, expect, it } from 'vitest'
import { createEmulator, type EmulatorOptions } from '../../../src/emulator/index.ts'
import { memoryStore, type Store, xMedia } from '../../../src/index.ts'
import { optionsWith, post } from '../../support/app.ts'
import { append, compatClient, finalize, initialize, type Send } from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

const file = sampleFile('video/mp4', 5000)
/** 15 days: what the emulator, as X, gives an `amplify_video`. */
const EXPIRY_SECS = 1_296_000

/** A store that remembers when each record was last said to expire, in epoch milliseconds. */
function recordingStore(): { store: Store; expiries: Map<string, number> } {
  const { get, compareAndSwap } = memoryStore()
  const expiries = new Map<string, number>()
  return {
    expiries,
    store: {
      get,
      async compareAndSwap(key, before, text, expiresAt) {
        expiries.set(key, expiresAt)
        return await compareAndSwap(key, before, text, expiresAt)
      },
    },
  }
}

/** X says when the media expires only in the answer to one of the steps. */
const SOURCES: Readonly<Record<string, EmulatorOptions & { silentInit: boolean }>> = {
  INIT: { faults: [{ step: 'finalize', kind: 'success', body: 'empty' }], silentInit: false },
  FINALIZE: { silentInit: true },
}

function setUp({ silentInit, ...options }: EmulatorOptions & { silentInit: boolean }) {
  const emulator = createEmulator(options)
  const { store, expiries } = recordingStore()
  const appOptions = optionsWith({
    allow: { categories: ['amplify_video'] },
    store,
    x: {
      async fetch(url, init) {
        const answer = await emulator.app.request(url, init)
        if (!silentInit || !url.endsWith('/initialize')) return answer
        const { data }: { data: { id: string } } = await answer.json()
        return Response.json({ data: { id: data.id } })
      },
    },
  })
  /** Milliseconds until a record expires, as it was said last. */
  const lifetimeOf = (key: string) => (expiries.get(key) ?? 0) - Date.now()
  return { appOptions, lifetimeOf }
}

function expectExpiry(lifetimeMs: number): void {
  expect(lifetimeMs).toBeGreaterThan((EXPIRY_SECS - 60) * 1000)
  expect(lifetimeMs).toBeLessThanOrEqual(EXPIRY_SECS * 1000)
}

interface MediaAnswer {
  data: { id: string; expires_after_secs: number }
}

describe.each(Object.entries(SOURCES))('what X says at %s', (_, source) => {
  it('is when an upload as a raw body expires, and the record of its owner', async () => {
    const { appOptions, lifetimeOf } = setUp(source)
    const headers = { 'content-type': 'video/mp4' }
    const response = await xMedia(appOptions).request('/?media_category=amplify_video', post(file, headers))
    const { data }: MediaAnswer = await response.json()
    expect(data.expires_after_secs).toBe(EXPIRY_SECS)
    expectExpiry(lifetimeOf(`media:${data.id}`))
  })

  it('is when a resumable upload expires', async () => {
    const { appOptions, lifetimeOf } = setUp(source)
    const app = xMedia(appOptions)
    const tus = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' }
    const creation = { 'upload-length': String(file.length), 'upload-metadata': `filetype ${btoa('video/mp4')}` }
    const response = await app.request('/files?media_category=amplify_video', {
      method: 'POST',
      body: file,
      headers: { ...tus, ...creation, 'content-length': String(file.length) },
    })
    expectExpiry(Date.parse(response.headers.get('upload-expires') ?? '') - Date.now())
    const path = response.headers.get('location') ?? ''
    const { data }: MediaAnswer = await (await app.request(path)).json()
    expectExpiry(data.expires_after_secs * 1000)
    expectExpiry(lifetimeOf(`media:${data.id}`))
    expectExpiry(lifetimeOf(`session:${path.split('/').at(-1)}`))
  })

  it('is when an upload over X’s own API expires', async () => {
    const { appOptions, lifetimeOf } = setUp(source)
    const send: Send = compatClient({ ...appOptions, compat: true })
    const media = { media_type: 'video/mp4', media_category: 'amplify_video', total_bytes: file.length }
    const id = await initialize(send, media)
    await append(send, id, 0, file)
    const { data }: MediaAnswer = await (await finalize(send, id)).json()
    expectExpiry(data.expires_after_secs * 1000)
    expectExpiry(lifetimeOf(`media:${id}`))
    expectExpiry(lifetimeOf(`wire:${id}`))
  })
})

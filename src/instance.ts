import { createEndings, type Endings } from './ingress/endings.ts'
import type { PaceOptions } from './ingress/paced-reader.ts'
import { createPermissions, type Permissions } from './ingress/permissions.ts'
import { type ConcurrencyLimit, createConcurrencyLimit } from './lib/concurrency-limit.ts'
import { createPlaces, type PlaceCounts, type Places } from './lib/places.ts'
import { type HttpSettings, parseXMediaOptions, type XMediaSettings } from './option-schema.ts'
import { limitSessions } from './session/limit-sessions.ts'
import { guardedStore } from './store/guarded-store.ts'
import { isMemoryStore, memoryStore } from './store/memory-store.ts'
import { createOwners, type Owners } from './store/owners.ts'
import { createQuota, type Quota, type QuotaName } from './store/quota.ts'
import type { Store } from './store/store.ts'
import { createUploader, type Uploader } from './uploader.ts'

type Settings = Pick<XMediaSettings, 'authorize' | 'token' | 'secret' | 'compat' | 'inspect' | 'media'>

/** What the requests in progress hold: places by kind, and memory. Without any requests, all of it is zero. */
export type Counters = PlaceCounts & Readonly<Record<'memoryBytes', number>>

/** The parts that all requests of an instance share. */
export interface Instance extends Uploader, Settings, HttpSettings {
  permissions: Permissions
  places: Places
  /** What is held now. A test sees by it what a request has not given back. */
  counters(): Counters
  uploads: ConcurrencyLimit
  /** The most files in a form. */
  filesPerForm: number
  /** Event streams, and uploads that wait for X's processing. */
  listeners: ConcurrencyLimit
  pace: PaceOptions
  endings: Endings
  quota: Quota | undefined
  creations: Quota
  calls: Quota
  /** The app's own store, or this instance's memory. */
  store: Store
  /** Who owns which media. Only a store of the app's own remembers it. */
  owners: Owners | undefined
}

const instances = new WeakMap<object, Instance>()

/** The instance of these options. Mounts with the same options object share memory, limits and quotas. */
export function instanceOf(options: object): Instance {
  const instance = instances.get(options) ?? createInstance(options)
  instances.set(options, instance)
  return instance
}

/** Throws one `TypeError` that lists everything wrong with the options. */
export function createInstance(options: object): Instance {
  const settings = parseXMediaOptions(options)
  const { authorize, token, secret, compat, allow, inspect, media, http, limits } = settings
  const uploader = createUploader(settings)
  const { clock, relay } = uploader
  const places = createPlaces()
  const shared = settings.store && guardedStore(settings.store, clock)
  const unlimited = shared ?? memoryStore(clock)
  const isInMemory = settings.store === undefined || isMemoryStore(settings.store)
  const store = isInMemory ? limitSessions(unlimited, limits, clock) : unlimited
  const hourly = (uploads: number, name: QuotaName) => createQuota({ uploads, periodSecs: 3600 }, clock, store, name)
  return {
    ...uploader,
    authorize,
    token,
    secret,
    compat,
    inspect,
    media,
    store,
    ...http,
    permissions: createPermissions(allow),
    places,
    counters: () => ({ ...places.counts(), memoryBytes: relay.memory.committedBytes }),
    uploads: createConcurrencyLimit({
      places,
      kind: 'uploads',
      max: limits.uploads,
      maxPerSubject: limits.uploadsPerSubject ?? Math.ceil(limits.uploads / 2),
      code: 'too_many_uploads',
      name: 'uploads',
    }),
    filesPerForm: limits.filesPerForm,
    listeners: createConcurrencyLimit({
      places,
      kind: 'listeners',
      max: limits.listeners,
      maxPerSubject: limits.listenersPerSubject,
      code: 'too_many_listeners',
      name: 'event streams or waiting uploads',
    }),
    pace: { idleMs: limits.idleMs, minBytesPerSec: limits.minBytesPerSec },
    endings: createEndings(),
    quota: limits.quota && createQuota(limits.quota, clock, shared),
    creations: hourly(limits.creationsPerHour, {
      prefix: 'creations:',
      detail: 'You have created as many uploads as this server allows in an hour; try again when the next one begins.',
    }),
    calls: hourly(limits.callsPerHour, {
      prefix: 'calls:',
      detail: 'You have made as many calls to X as this server allows in an hour; try again when the next one begins.',
    }),
    owners: shared && createOwners(shared),
  }
}

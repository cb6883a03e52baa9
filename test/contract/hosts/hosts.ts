/*
 * The hosts and frameworks that docs/hosting.md lists, and what it says of each. test/contract/hosts.test.ts tries all of
 * it; `npm run docs` writes it.
 */

import { AZURE, CLOUD_RUN, type HostLimit, LAMBDA, LOAD_BALANCER, VERCEL } from '../../../src/host/host-limit.ts'

/** What is tried on each host and framework. */
export const FEATURES = ['raw', 'form', 'resumable', 'events'] as const

export type Feature = (typeof FEATURES)[number]

/** When status events reach the client. */
export type EventDelivery = 'as they happen' | 'at the end'

interface Mounted {
  title: string
  events: EventDelivery
}

/** How much a host takes in one request. */
interface RequestLimit {
  /** In the host's own words. */
  limit: string
  /** What the server works with; undefined if there is no limit. */
  bytes?: HostLimit
  /** The variable by which the server can tell the host, with a value that it may have. */
  variable?: readonly [name: string, value: string]
}

interface Host extends Mounted, RequestLimit {
  store: 'any' | 'shared' | 'Durable Objects'
}

const ON_LAMBDA: RequestLimit = {
  limit: '6 MB, some 4.5 MB as base64',
  bytes: LAMBDA,
  variable: ['LAMBDA_TASK_ROOT', '/var/task'],
}

export type LambdaName = 'lambdaUrl' | 'lambdaHttpApi' | 'lambdaRestApi' | 'lambdaLoadBalancer'

/** Hosts whose own handler the tests call. */
export const HANDLED_HOSTS: Readonly<
  Record<'vercel' | 'next' | LambdaName | 'netlify' | 'cloudRun' | 'cloudRunHttp2', Host>
> = {
  vercel: {
    title: 'Vercel functions',
    events: 'as they happen',
    limit: '4.5 MB',
    bytes: VERCEL,
    variable: ['VERCEL', '1'],
    store: 'shared',
  },
  next: {
    title: 'Next.js with a `proxy` or `middleware` file',
    events: 'as they happen',
    limit: '10 MB, **the rest is cut off**',
    bytes: { bodyBytes: 10_000_000, chunkBytes: 8_000_000 },
    store: 'any',
  },
  lambdaUrl: {
    title: 'Lambda: function URL with `RESPONSE_STREAM`',
    events: 'as they happen',
    ...ON_LAMBDA,
    store: 'shared',
  },
  lambdaHttpApi: { title: 'Lambda: HTTP API', events: 'at the end', ...ON_LAMBDA, store: 'shared' },
  lambdaRestApi: {
    title: 'Lambda: REST API with `*/*` as a binary media type',
    events: 'at the end',
    ...ON_LAMBDA,
    store: 'shared',
  },
  lambdaLoadBalancer: {
    title: 'Lambda: load balancer (ALB)',
    events: 'at the end',
    ...ON_LAMBDA,
    limit: '1 MB, as base64',
    bytes: LOAD_BALANCER,
    store: 'shared',
  },
  netlify: { title: 'Netlify functions', events: 'as they happen', ...ON_LAMBDA, store: 'shared' },
  cloudRun: {
    title: 'Cloud Run, HTTP/1',
    events: 'as they happen',
    limit: '32 MiB',
    bytes: CLOUD_RUN,
    variable: ['K_SERVICE', 'uploads'],
    store: 'shared',
  },
  cloudRunHttp2: { title: 'Cloud Run, end-to-end HTTP/2', events: 'as they happen', limit: 'none', store: 'shared' },
}

const OWN_SERVER: Omit<Host, 'title'> = { events: 'as they happen', limit: 'none', store: 'any' }

/** Hosts for which test/contract has a suite, by its name there. */
export const SUITE_HOSTS: Readonly<Record<'node' | 'express' | 'bun' | 'deno' | 'workers', Host>> = {
  node: { title: 'Your own server: Node', ...OWN_SERVER },
  express: { title: 'Your own server: Express', ...OWN_SERVER },
  bun: { title: 'Your own server: Bun', ...OWN_SERVER },
  deno: { title: 'Your own server: Deno', ...OWN_SERVER },
  workers: {
    title: 'Cloudflare Workers, Free and Pro',
    events: 'as they happen',
    limit: '100 MB',
    bytes: { bodyBytes: 100_000_000, chunkBytes: 90_000_000 },
    store: 'Durable Objects',
  },
}

/** Hosts that no test runs. The table claims nothing about their features. */
export const UNTESTED_HOSTS: readonly Omit<Host, 'events'>[] = [
  {
    title: '[Azure Functions](#azure-functions)',
    limit: '100 MiB, `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`',
    bytes: AZURE,
    store: 'shared',
  },
]

export type FrameworkName = 'fastify' | 'koa' | 'h3' | 'elysia' | 'sveltekit' | 'astro' | 'reactRouter' | 'mount'

/** Frameworks whose code on the page the tests run. */
export const FRAMEWORKS: Readonly<Record<FrameworkName, Mounted>> = {
  fastify: { title: '[Fastify](#fastify) 5', events: 'as they happen' },
  koa: { title: '[Koa](#koa) 3', events: 'as they happen' },
  h3: { title: '[h3](#h3-nitro-and-nuxt) 2', events: 'as they happen' },
  elysia: { title: '[Elysia](#elysia) 1.4', events: 'as they happen' },
  sveltekit: { title: '[SvelteKit](#sveltekit)', events: 'as they happen' },
  astro: { title: '[Astro](#astro)', events: 'as they happen' },
  reactRouter: { title: '[React Router, Remix](#react-router-and-remix)', events: 'as they happen' },
  mount: { title: '[Hono’s `mount`](#honos-mount)', events: 'as they happen' },
}

export type HostName = keyof typeof HANDLED_HOSTS | FrameworkName

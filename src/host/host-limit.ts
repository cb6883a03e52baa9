import type { Context } from 'hono'
import { env, getRuntimeKey } from 'hono/adapter'
import { isRecord } from '../lib/is-record.ts'
import { isBehindLoadBalancer } from './lambda-event.ts'

/** What stands in front of a server accepts in one request. */
export interface HostLimit {
  /** Largest body, bytes. */
  bodyBytes: number
  /** Largest chunk of a resumable upload, bytes: smaller where the host counts more than the body. */
  chunkBytes: number
}

/** 4.5 MB. https://vercel.com/docs/functions/limitations#request-body-size (2026-11) */
export const VERCEL: HostLimit = { bodyBytes: 4_500_000, chunkBytes: 4_000_000 }

/** 6 MB for the event, which has the body as base64. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (2026-11) */
export const LAMBDA: HostLimit = { bodyBytes: 4_500_000, chunkBytes: 4_000_000 }

/** 1 MB, as base64. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (2026-11) */
export const LOAD_BALANCER: HostLimit = { bodyBytes: 750_000, chunkBytes: 700_000 }

/** 32 MiB over HTTP/1; none over HTTP/2. https://cloud.google.com/run/quotas (2026-11) */
export const CLOUD_RUN: HostLimit = { bodyBytes: 33_554_432, chunkBytes: 30_000_000 }

/** 100 MiB, unless a setting says otherwise. https://learn.microsoft.com/azure/azure-functions/functions-app-settings (2026-11) */
export const AZURE: HostLimit = { bodyBytes: 104_857_600, chunkBytes: 90_000_000 }

/** The variables by which a platform can be told. A function of Vercel may have those of Lambda too. */
const PLATFORMS: readonly (readonly [variable: string, limit: HostLimit])[] = [
  ['VERCEL', VERCEL],
  ['LAMBDA_TASK_ROOT', LAMBDA],
  ['AWS_LAMBDA_FUNCTION_NAME', LAMBDA],
  ['K_SERVICE', CLOUD_RUN],
  ['FUNCTIONS_WORKER_RUNTIME', AZURE],
]

/** The limit of the host that serves a request: the given one, or a guess. Undefined if there is nothing to guess from. */
export function findHostLimit(c: Context, givenBytes: number | undefined): HostLimit | undefined {
  if (givenBytes !== undefined) return { bodyBytes: givenBytes, chunkBytes: givenBytes }
  if (isBehindLoadBalancer(c.env)) return LOAD_BALANCER
  // On Deno, reading the environment may stop the program to ask for permission.
  const variables = getRuntimeKey() === 'deno' ? {} : (env<Record<string, unknown>>(c) ?? {})
  const limit = PLATFORMS.find(([variable]) => variables[variable])?.[1]
  if (limit === CLOUD_RUN && isHttp2(c.env)) return undefined
  return limit === AZURE ? azureLimit(variables['FUNCTIONS_REQUEST_BODY_SIZE_LIMIT']) : limit
}

/** Whether the request came over HTTP/2, by Node's own request, which `@hono/node-server` puts into the environment. */
function isHttp2(env: unknown): boolean {
  const incoming = isRecord(env) ? env['incoming'] : undefined
  return isRecord(incoming) && incoming['httpVersionMajor'] === 2
}

function azureLimit(setting: unknown): HostLimit {
  const bodyBytes = Number(setting) || AZURE.bodyBytes
  return { bodyBytes, chunkBytes: Math.min(bodyBytes, AZURE.chunkBytes) }
}

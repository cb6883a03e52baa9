import type { FetchApp } from './serve.ts'

/** The default export of a Worker's module. */
export interface Worker<Env> {
  fetch(request: Request, env: Env, context: unknown): Response | Promise<Response>
}

declare const Cloudflare: { compatibilityFlags: Record<string, boolean> } | undefined

/**
 * A Worker around an app: `export default worker((env: Env) => app)`. The app is made once, when the first request
 * brings the environment with its secrets.
 *
 * Throws a `TypeError` without the compatibility flag `enable_request_signal` (the default from 2026-11-17 on): only
 * the signal tells that a client has reset its connection.
 */
export function worker<Env>(create: (env: Env) => FetchApp): Worker<Env> {
  let app: FetchApp | undefined
  return {
    fetch(request, env, context) {
      app ??= createChecked(create, env)
      return app.fetch(request, env, context)
    },
  }
}

function createChecked<Env>(create: (env: Env) => FetchApp, env: Env): FetchApp {
  if (typeof Cloudflare !== 'undefined' && Cloudflare.compatibilityFlags['enable_request_signal'] !== true) {
    throw new TypeError('hono-x-media needs the compatibility flag enable_request_signal: add it to wrangler.toml')
  }
  return create(env)
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { xMedia } from '../src/app.ts'
import type { XMediaOptions } from '../src/options.ts'
import { answer } from './answer.ts'
import { openIncoming } from './incoming.ts'

/** What Express, and frameworks like it, add to a request; `c.env.incoming` in `authorize` and `token`. */
export interface ExpressRequest extends IncomingMessage {
  baseUrl?: string
}

/** What `app.use` of Express, and of frameworks like it, takes. */
export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * The middleware as an Express handler: `app.use('/media', xMediaHandler({ … }))`, before any body parser.
 * `globalThis.Request` and `Response` stay as they are. The server's own limits are the app's to raise: see `listen`.
 */
export function xMediaHandler(options: XMediaOptions): ExpressHandler {
  const media = xMedia({
    ...options,
    // Express hides the path of the mount from the handler.
    http: { mountPath: (c) => c.env.incoming.baseUrl ?? '', ...options.http },
  })
  const listener = getRequestListener((request, env) => answer(media, request, env, () => openIncoming(env.incoming)), {
    overrideGlobalObjects: false,
  })

  return function xMediaHandler(request, response, next) {
    // What counts the bytes, or reads them away, has set the body flowing: it would be gone before the app is asked.
    if (request.readableFlowing) request.pause()
    if (request.readableDidRead && !('rawBody' in request)) {
      next(
        new TypeError('A body parser read this request before hono-x-media could: mount xMediaHandler in front of it.'),
      )
      return
    }
    listener(request, response).catch(next)
  }
}

export { listen } from './node.ts'
export type { Serving } from './serve.ts'

export { type SqliteDatabase, type SqliteStoreOptions, sqliteStore } from './sqlite.ts'

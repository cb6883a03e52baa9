import type { IncomingMessage, ServerResponse } from 'node:http'
import { mediaApp } from '../src/app.ts'
import { type Instance, instanceOf } from '../src/instance.ts'
import type { XMediaOptions } from '../src/options.ts'
import { createNodeListener } from './node-listener.ts'

/** A request with what Express and similar frameworks add; it is `c.env.incoming` in `authorize` and `token`. */
export interface ExpressRequest extends IncomingMessage {
  baseUrl?: string
}

/** A handler for `app.use` of Express and similar frameworks. */
export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * The middleware as an Express handler: `app.use('/media', xMediaHandler({ … }))`, before any body parser.
 * `globalThis.Request` and `Response` stay as they are. Start the server with `listen`, which lifts Node's time limits,
 * or lift them yourself.
 */
export function xMediaHandler(options: XMediaOptions): ExpressHandler {
  const { mountPath = expressPath, ...instance } = instanceOf(options)
  const listener = createNodeListener(mediaApp({ ...instance, mountPath }))

  return function xMediaHandler(request, response, next) {
    // A `data` listener mounted before us has started the flow: without a pause, bytes are lost before the app reads.
    if (request.readableFlowing) request.pause()
    if (request.readableDidRead && !('rawBody' in request)) {
      next(new TypeError('A body parser has read this request already. Mount xMediaHandler before it.'))
      return
    }
    listener(request, response).catch(next)
  }
}

/** Express hides the path of the mount from its handlers. */
const expressPath: Instance['mountPath'] = (c) => c.env.incoming.baseUrl ?? ''

export { listen } from './node.ts'
export type { RunningServer } from './serve.ts'
export type { CloseOptions } from './shutdown.ts'
export { type SqliteDatabase, type SqliteStoreOptions, sqliteStore } from './sqlite.ts'

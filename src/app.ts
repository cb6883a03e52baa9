import { type Env, Hono, type MiddlewareHandler } from 'hono'
import { every } from 'hono/combine'
import { createMiddleware } from 'hono/factory'
import type { ToSchema } from 'hono/types'
import { COMPAT_PATHS } from './compat/paths.ts'
import { COMPAT_PATH, xCompat } from './compat/routes.ts'
import { checkHostBody } from './host/check-body.ts'
import { type Instance, instanceOf } from './instance.ts'
import { DOCTOR_PATHS } from './openapi/doctor-paths.ts'
import { MEDIA_PATHS } from './openapi/media-paths.ts'
import { UPLOAD_PATHS } from './openapi/upload-paths.ts'
import type { UndeclaredEnv, XMediaOptions } from './options.ts'
import { RESUMABLE_PATHS } from './resumable/paths.ts'
import { addProtocolHeaders } from './resumable/protocol-headers.ts'
import { resumable, resumableLimits } from './resumable/routes.ts'
import { putAltText } from './routes/alt-text.ts'
import { apiDescription, cacheDescription } from './routes/api-description.ts'
import { authorize, requireSecret } from './routes/authorize.ts'
import { countBytes, sendTicks } from './routes/doctor.ts'
import { findMount } from './routes/mount.ts'
import { type ObserverEnv, observeRequests, respondToError } from './routes/observe.ts'
import { allowOrigins } from './routes/origin.ts'
import { type OwnedMediaInput, requireOwnMedia } from './routes/owned-media.ts'
import { findPublicUrl } from './routes/public-url.ts'
import { addSafeHeaders } from './routes/safe-headers.ts'
import { mediaStatus } from './routes/status.ts'
import { putSubtitles, type SubtitlesInput } from './routes/subtitles.ts'
import { answerUnrouted, withSlash } from './routes/unrouted.ts'
import {
  type AltTextResponse,
  locatedItem,
  type PartialResponse,
  type ProblemResponse,
  receiveUpload,
  type StatusResponse,
  type SubtitlesResponse,
  sendMedia,
  type UploadEnv,
  type UploadInput,
  type UploadResponse,
  validateUpload,
  type XMediaEnv,
} from './routes/upload.ts'

/**
 * The routes for `hc` of hono/client, written out because JSR takes no inferred types. Resumable uploads have clients of
 * their own.
 */
type XMediaSchema = ToSchema<'post', '/', UploadInput, UploadResponse | PartialResponse | ProblemResponse> &
  ToSchema<'get', '/status/:media_id', OwnedMediaInput, StatusResponse | ProblemResponse> &
  ToSchema<'put', '/status/:media_id/alt-text', OwnedMediaInput, AltTextResponse | ProblemResponse> &
  ToSchema<'put', '/status/:media_id/subtitles', SubtitlesInput, SubtitlesResponse | ProblemResponse>

/** What `xMedia` makes: an app to mount, and the type for `hc`. */
export type XMediaApp = Hono<UploadEnv, XMediaSchema>

/**
 * The routes below the mount: `app.route('/media', xMedia({ … }))`. `E` is the app's own Hono environment.
 *
 * Throws one `TypeError` that lists everything wrong with the options.
 */
export function xMedia<E extends Env = UndeclaredEnv>(options: XMediaOptions<E>): XMediaApp {
  return mediaApp(instanceOf(options))
}

/** The routes of an instance. */
export function mediaApp(instance: Instance): XMediaApp {
  const paths = {
    ...{ ...UPLOAD_PATHS, ...MEDIA_PATHS, ...RESUMABLE_PATHS },
    ...(instance.compat ? COMPAT_PATHS : {}),
    ...(instance.doctor ? DOCTOR_PATHS : {}),
  }
  const routes = new Hono<UploadEnv>().onError(respondToError).use(observeRequests(instance), addSafeHeaders)
  if (instance.compat) routes.route(COMPAT_PATH, xCompat(instance))
  const upload = [validateUpload, receiveUpload(instance, locatedItem), sendMedia] as const
  const status = [requireOwnMedia(instance), mediaStatus(instance)] as const
  routes
    .use('/files/*', addProtocolHeaders(instance))
    .on('GET', withSlash('/openapi.json'), cacheDescription)
    .use(findPublicUrl(instance), findMount(instance.mountPath))
    .use(allowOrigins(instance), requireSecret(instance))
    .on('GET', withSlash('/openapi.json'), apiDescription(paths))
    .route('/', resumableLimits(instance))
    .use(authorize(instance))
    .route('/', doctorRoutes(instance))
    .use(checkHostBody(instance))
    .on(['POST', 'PUT'], '/', ...upload) // `curl -T` sends PUT
    .get('/status/:media_id', ...status)
    .get('/status/:media_id/', ...status)
    .on('PUT', withSlash('/status/:media_id/alt-text'), requireOwnMedia(instance), putAltText(instance))
    .on('PUT', withSlash('/status/:media_id/subtitles'), requireOwnMedia(instance), putSubtitles(instance))
    .route('/', resumable(instance))
    .use(answerUnrouted(routes.routes, '', respondToError))
    .on(['POST', 'PUT'], '*', ...upload) // the mount with a slash at its end
  // This one has no error handler, so what `routes` rethrows reaches the handler of the app around it, or else Hono's own.
  const app: XMediaApp = new Hono<UploadEnv, XMediaSchema>()
  app.route('/', routes)
  return app
}

/** What `npx hono-x-media doctor` calls, where the app has switched it on. */
function doctorRoutes(instance: Instance): Hono<UploadEnv> {
  const routes = new Hono<UploadEnv>()
  if (!instance.doctor) return routes
  return routes
    .on('POST', withSlash('/doctor'), countBytes(instance))
    .on('GET', withSlash('/doctor/events'), sendTicks(instance))
}

/**
 * The same upload as a middleware on a route of your own: it checks the origin, authorizes, relays the body, and leaves the
 * media in `c.var.xMedia` for the handlers after it, which run only when the upload has succeeded. If pages of other origins
 * post, let it see their preflights too: `app.on(['POST', 'OPTIONS'], '/posts', xMediaUpload(options), handler)`.
 */
export function xMediaUpload<E extends Env = UndeclaredEnv>(options: XMediaOptions<E>): MiddlewareHandler<XMediaEnv> {
  const instance = instanceOf(options)
  const receive = every(
    ...[requireSecret(instance), authorize(instance), checkHostBody(instance)],
    ...[validateUpload, receiveUpload(instance)],
  )
  const upload = every(
    observeRequests(instance),
    respondToErrors(every(findPublicUrl(instance), allowOrigins(instance))),
    respondToErrors(receive),
  )
  return createMiddleware<XMediaEnv>(async function xMediaUpload(c, next) {
    return await upload(c, next)
  })
}

/** Responds to the errors of a middleware. Those of the handlers after it are the app's own. */
function respondToErrors(middleware: MiddlewareHandler): MiddlewareHandler<ObserverEnv> {
  return createMiddleware<ObserverEnv>(async function respondToErrors(c, next) {
    let isPast = false
    const handOver = () => {
      isPast = true
      return next()
    }
    return await middleware(c, handOver).catch((error: unknown) => {
      if (isPast) throw error
      return respondToError(error, c)
    })
  })
}

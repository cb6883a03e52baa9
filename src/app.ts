import { Hono, type MiddlewareHandler } from 'hono'
import { every } from 'hono/combine'
import { COMPAT_PATHS } from './compat/paths.ts'
import { xCompat } from './compat/routes.ts'
import type { TypedUploadQuery } from './ingress/upload-parameters.ts'
import { UPLOAD_PATHS } from './openapi/upload-paths.ts'
import { instanceOf, type XMediaOptions } from './options.ts'
import { notFound, problemResponse } from './problem.ts'
import { RESUMABLE_PATHS } from './resumable/paths.ts'
import {
  appendFile,
  createFile,
  describeFiles,
  inspectFile,
  overriddenFile,
  removeFile,
  validateFileId,
} from './resumable/routes.ts'
import { apiDescription } from './routes/api-description.ts'
import { authorize } from './routes/authorize.ts'
import type { MediaEndpoint } from './routes/endpoint.ts'
import { allowOrigins } from './routes/origin.ts'
import {
  mediaStatus,
  type StatusId,
  type StatusTicket,
  validateStatusId,
  validateStatusTicket,
} from './routes/status.ts'
import { answerUpload, receiveUpload, type UploadEnv, validateUpload, type XMediaEnv } from './routes/upload.ts'

/** What clients typed by `hc<XMediaApp>` of hono/client may ask; resumable uploads have clients of their own. */
export type XMediaSchema = {
  '/': { $post: MediaEndpoint<{ query?: TypedUploadQuery }, 201> }
  '/status/:media_id': { $get: MediaEndpoint<StatusId['in'] & Partial<StatusTicket['in']>, 200> }
}

/** What `xMedia` makes: an app to mount, and the type for `hc`. */
export type XMediaApp = Hono<UploadEnv, XMediaSchema>

/** The routes below the mount: `app.route('/media', xMedia({ … }))`. Throws for options that cannot work. */
export function xMedia(options: XMediaOptions): XMediaApp {
  const instance = instanceOf(options)
  const paths = { ...UPLOAD_PATHS, ...RESUMABLE_PATHS, ...(options.compat ? COMPAT_PATHS : {}) }
  const app: XMediaApp = new Hono<UploadEnv, XMediaSchema>()
  if (options.compat) app.route('/2/media', xCompat(instance))
  app
    .use(allowOrigins(instance))
    .get('/openapi.json', apiDescription(instance, paths))
    .use(authorize(instance))
    .post('/', validateUpload, receiveUpload(instance), answerUpload(instance))
    .get('/status/:media_id', validateStatusId, validateStatusTicket, mediaStatus(instance))
    .on('OPTIONS', ['/files', '/files/:id'], describeFiles(instance))
    .post('/files', validateUpload, createFile(instance))
    .get('/files/:id', validateFileId, inspectFile(instance)) // HEAD too
    .patch('/files/:id', validateFileId, appendFile(instance))
    .delete('/files/:id', validateFileId, removeFile(instance))
    .post('/files/:id', validateFileId, overriddenFile(instance))
    .all('*', () => problemResponse(notFound()))
  return app
}

/**
 * The same upload as a middleware on a route of your own: it checks the origin, authorizes, relays the body, and leaves
 * the media in `c.var.xMedia` for the handler behind it, which runs only when the upload succeeded. For pages of other
 * origins it must see their preflights too: `app.on(['POST', 'OPTIONS'], '/posts', xMediaUpload(options), handler)`.
 */
export function xMediaUpload(options: XMediaOptions): MiddlewareHandler<XMediaEnv> {
  const instance = instanceOf(options)
  return every(allowOrigins(instance), authorize(instance), validateUpload, receiveUpload(instance))
}

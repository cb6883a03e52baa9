import { MEDIA_TYPES } from '../x/limits.ts'
import { ID, type Json, json, type Paths, SCHEMAS } from './body-schemas.ts'
import { BODY, FILE, FORM, problems, SENDING, WHO, X } from './problem-responses.ts'
import { BINARY, FORM_CONTENT, header, IN_QUERY, path, text, UPLOAD_LENGTH } from './request-parameters.ts'

/** A description of the routes below a mount. https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string }
  paths: Paths
  components: Json
}

/**
 * @param mount The path of the mount as clients see it.
 * @param paths What is served there, by path below the mount.
 */
export function describeRoutes(mount: string, paths: Paths): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'hono-x-media',
      version: '0.2.0',
      description:
        'Uploads images, GIFs, video and subtitles to X. Who may upload, and how they say who they are, is the app’s own. ' +
        'Errors are problems (RFC 9457) with a stable code.',
    },
    // Not as a server's URL, to which the path of the mount itself could only add a slash.
    paths: Object.fromEntries(Object.entries(paths).map(([below, operations]) => [mount + below || '/', operations])),
    components: { schemas: SCHEMAS },
  }
}

/** The upload in one request, its status, and this description. */
export const UPLOAD_PATHS: Paths = {
  '': {
    post: {
      summary: 'Uploads a file, as raw body or in a form.',
      parameters: [
        ...[...IN_QUERY, UPLOAD_LENGTH],
        header('Prefer', '`wait=N`: hold the answer until X has processed the media, N seconds at most, and 60.'),
      ],
      requestBody: {
        required: true,
        content: {
          ...Object.fromEntries(MEDIA_TYPES.map((type) => [type, BINARY])),
          '*/*': BINARY,
          'multipart/form-data': FORM_CONTENT,
        },
      },
      responses: {
        201: {
          description: 'X has the file.',
          headers: {
            Location: text('Where its status is.'),
            'Preference-Applied': text('How long the answer was held back, at most.'),
          },
          content: json('MediaAnswer'),
        },
        ...problems([...WHO, ...FILE, ...BODY, ...FORM, ...SENDING]),
      },
    },
  },
  '/status/{media_id}': {
    get: {
      summary: 'Tells X’s status of a media, once or as it changes.',
      parameters: [
        path('media_id', ID),
        { name: 'ticket', in: 'query', ...text('From the Location of the upload.') },
        header('Last-Event-ID', 'The last event seen.'),
      ],
      responses: {
        200: {
          description: 'The status; or `status` events until it is final, and `error` events with problems.',
          content: { ...json('MediaAnswer'), 'text/event-stream': { schema: { type: 'string' } } },
        },
        204: { description: 'The final status was seen already.' },
        ...problems([...WHO, 'not_found', 'too_many_listeners', ...X]),
      },
    },
  },
  '/openapi.json': {
    get: {
      summary: 'This description.',
      responses: {
        200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
        ...problems(['origin_not_allowed', 'misconfigured']),
      },
    },
  },
}

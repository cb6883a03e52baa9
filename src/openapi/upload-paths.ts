import { MEDIA_TYPES } from '../x/limits.ts'
import { X_ID_SCHEMA } from './component-schemas.ts'
import {
  headerParameter,
  jsonContent,
  type Operation,
  type Paths,
  pathParameter,
  responseHeader,
} from './openapi-objects.ts'
import {
  ACCESS_ERRORS,
  BODY_ERRORS,
  FILE_ERRORS,
  MULTIPART_ERRORS,
  OPEN_ACCESS_ERRORS,
  problemResponses,
  RELAY_ERRORS,
  X_CALL_ERRORS,
} from './problem-responses.ts'
import { BINARY, UPLOAD_FORM, UPLOAD_LENGTH, UPLOAD_QUERY } from './request-parameters.ts'

const PREFERENCE_APPLIED = {
  'Preference-Applied': responseHeader('The longest wait that the server granted, such as `wait=30`.'),
}

const upload: Operation = {
  summary: 'Upload a file, as a raw body or in a multipart form, or several photos in a form',
  parameters: [
    ...UPLOAD_QUERY,
    UPLOAD_LENGTH,
    headerParameter('Prefer', '`wait=N`: answer when X has processed the media, or after N seconds, at most 60.'),
  ],
  requestBody: {
    required: true,
    content: {
      ...Object.fromEntries(MEDIA_TYPES.map((type) => [type, BINARY])),
      '*/*': BINARY,
      'multipart/form-data': UPLOAD_FORM,
    },
  },
  responses: {
    201: {
      description: 'X has the whole file, or all of several.',
      headers: {
        Location: responseHeader('The URL of the media’s status. Several have one each, in the body.'),
        ...PREFERENCE_APPLIED,
      },
      content: jsonContent('MediaAnswer', 'MediaList'),
    },
    207: {
      description: 'X has some of several files.',
      headers: PREFERENCE_APPLIED,
      content: jsonContent('MediaList'),
    },
    ...problemResponses([
      ...[...ACCESS_ERRORS, ...FILE_ERRORS, ...BODY_ERRORS, ...MULTIPART_ERRORS, ...RELAY_ERRORS],
      'transform_failed',
    ]),
  },
}

/** The upload in one request, the status of its media, and `/openapi.json` itself. */
export const UPLOAD_PATHS: Paths = {
  '': {
    post: upload,
    put: { ...upload, summary: 'Upload a file as with POST: `curl -T` sends PUT' },
  },
  '/status/{media_id}': {
    get: {
      summary: 'Get the status of uploaded media, once or as a stream of events',
      parameters: [
        pathParameter('media_id', X_ID_SCHEMA),
        {
          name: 'ticket',
          in: 'query',
          description: 'Proves that you uploaded the media; part of the `Location` that answered the upload.',
          schema: { type: 'string' },
        },
        headerParameter('Last-Event-ID', 'The id of the last event received; an `EventSource` sends it by itself.'),
      ],
      responses: {
        200: {
          description:
            'The status. With `Accept: text/event-stream`, a `status` event for each change until the status is final, ' +
            'and an `error` event with a problem if something goes wrong.',
          content: { ...jsonContent('MediaAnswer'), 'text/event-stream': { schema: { type: 'string' } } },
        },
        204: { description: 'The last event received was the final one, so there is nothing to wait for.' },
        ...problemResponses([...ACCESS_ERRORS, 'not_found', 'too_many_listeners', ...X_CALL_ERRORS]),
      },
    },
  },
  '/openapi.json': {
    get: {
      summary: 'Get this description',
      responses: {
        200: {
          description: 'An OpenAPI 3.1 document.',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
        ...problemResponses(OPEN_ACCESS_ERRORS),
      },
    },
  },
}

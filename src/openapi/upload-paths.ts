import { MEDIA_TYPES } from '../x/limits.ts'
import { headerParameter, jsonContent, type Operation, type Paths, responseHeader } from './openapi-objects.ts'
import {
  ACCESS_ERRORS,
  BODY_ERRORS,
  FILE_ERRORS,
  MULTIPART_ERRORS,
  OPEN_ACCESS_ERRORS,
  problemResponses,
  RELAY_ERRORS,
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

/** The upload in one request, and `/openapi.json` itself. */
export const UPLOAD_PATHS: Paths = {
  '': {
    post: upload,
    put: { ...upload, summary: 'Upload a file as with POST: `curl -T` sends PUT' },
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

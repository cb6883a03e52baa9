import { BYTES_SCHEMA } from './component-schemas.ts'
import type { Paths } from './openapi-objects.ts'
import { ACCESS_ERRORS, BODY_ERRORS, problemResponses } from './problem-responses.ts'
import { BINARY } from './request-parameters.ts'

/** The routes behind `http.doctor`. */
export const DOCTOR_PATHS: Paths = {
  '/doctor': {
    post: {
      summary: 'Count the bytes of a body, to see what proxies in front let through',
      requestBody: { required: true, content: { '*/*': BINARY } },
      responses: {
        200: {
          description: 'The bytes that arrived.',
          content: {
            'application/json': {
              schema: { type: 'object', required: ['bytes'], properties: { bytes: BYTES_SCHEMA } },
            },
          },
        },
        ...problemResponses([
          ...ACCESS_ERRORS,
          ...BODY_ERRORS,
          ...(['length_required', 'invalid_length', 'length_conflict', 'unsupported_encoding', 'too_large'] as const),
          ...(['quota_exceeded', 'store_unavailable', 'deadline_exceeded'] as const),
        ]),
      },
    },
  },
  '/doctor/events': {
    get: {
      summary: 'Get events at a steady pace, to see whether proxies in front hold them back',
      responses: {
        200: {
          description: 'A `tick` event every half second, four in all.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...problemResponses([...ACCESS_ERRORS, 'too_many_listeners']),
      },
    },
  },
}

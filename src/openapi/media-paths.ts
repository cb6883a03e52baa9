import { MAX_ALT_TEXT } from '../x/limits.ts'
import { X_ID_SCHEMA } from './component-schemas.ts'
import { headerParameter, type JsonObject, jsonContent, type Paths, pathParameter } from './openapi-objects.ts'
import {
  ACCESS_ERRORS,
  BODY_ERRORS,
  FILE_ERRORS,
  MULTIPART_ERRORS,
  problemResponses,
  RELAY_ERRORS,
  X_CALL_ERRORS,
} from './problem-responses.ts'
import { BINARY } from './request-parameters.ts'

/** How a request names a media of its own user. */
const OWN_MEDIA: readonly JsonObject[] = [
  pathParameter('media_id', X_ID_SCHEMA),
  {
    name: 'ticket',
    in: 'query',
    description: 'Proves that you uploaded the media; part of the `Location` that answered the upload.',
    schema: { type: 'string' },
  },
]

const SUBTITLES_QUERY: readonly JsonObject[] = [
  {
    name: 'language_code',
    in: 'query',
    required: true,
    description: 'The two letters of the language, such as `EN`.',
    schema: { type: 'string', pattern: '^[A-Za-z]{2}$' },
  },
  {
    name: 'display_name',
    in: 'query',
    description: 'The name of the language, for viewers.',
    schema: { type: 'string', maxLength: 100 },
  },
  {
    name: 'media_category',
    in: 'query',
    description: 'The category of the video. By default the server refuses `amplify_video`.',
    schema: { enum: ['tweet_video', 'amplify_video'], default: 'tweet_video' },
  },
]

/** What can be done with a media once X has it. */
export const MEDIA_PATHS: Paths = {
  '/status/{media_id}': {
    get: {
      summary: 'Get the status of uploaded media, once or as a stream of events',
      parameters: [
        ...OWN_MEDIA,
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
  '/status/{media_id}/alt-text': {
    put: {
      summary: 'Replace the alternative text of uploaded media',
      parameters: OWN_MEDIA,
      requestBody: {
        required: true,
        content: { 'text/plain': { schema: { type: 'string', maxLength: MAX_ALT_TEXT } } },
      },
      responses: {
        204: { description: 'X has the text.' },
        ...problemResponses([
          ...ACCESS_ERRORS,
          ...BODY_ERRORS,
          ...(['not_found', 'invalid_parameter', 'unsupported_media_type', 'unsupported_encoding'] as const),
          ...(['length_conflict', 'too_large', 'quota_exceeded', 'deadline_exceeded'] as const),
          ...X_CALL_ERRORS,
        ]),
      },
    },
  },
  '/status/{media_id}/subtitles': {
    put: {
      summary: 'Upload subtitles and add them to a video, in place of those of the same language',
      parameters: [...OWN_MEDIA, ...SUBTITLES_QUERY],
      requestBody: {
        required: true,
        content: {
          'text/vtt': BINARY,
          'text/srt': BINARY,
          '*/*': BINARY,
          'multipart/form-data': {
            schema: {
              type: 'object',
              required: ['media'],
              properties: { media: { contentMediaType: 'application/octet-stream' } },
            },
          },
        },
      },
      responses: {
        200: { description: 'The subtitles, as X has them.', content: jsonContent('SubtitlesAnswer') },
        ...problemResponses([
          ...ACCESS_ERRORS,
          'not_found',
          ...FILE_ERRORS,
          ...BODY_ERRORS,
          ...MULTIPART_ERRORS,
          ...RELAY_ERRORS,
        ]),
      },
    },
  },
}

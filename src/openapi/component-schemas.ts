import { PROBLEMS } from '../problem.ts'
import { type JsonObject, schemaReference } from './openapi-objects.ts'

/** An id of a user or of media. */
export const X_ID_SCHEMA: JsonObject = { type: 'string', pattern: '^[0-9]{1,19}$' }
export const BYTES_SCHEMA: JsonObject = { type: 'integer', minimum: 0 }

const OBJECTS: JsonObject = { type: 'array', items: { type: 'object' } }

/** What is known about an uploaded file. */
const FINDINGS: JsonObject = {
  facts: { type: 'object', description: 'What the file says about itself.' },
  warnings: { ...OBJECTS, description: 'The rules that the file breaks.' },
}

/** The bodies of the responses, by name. */
export const COMPONENT_SCHEMAS: JsonObject = {
  Media: {
    description: 'The media, as X describes it.',
    type: 'object',
    required: ['id'],
    properties: {
      id: X_ID_SCHEMA,
      media_key: { type: 'string' },
      size: { ...BYTES_SCHEMA, description: 'Bytes that X received.' },
      expires_after_secs: { type: 'integer', description: 'Seconds until the media id expires.' },
      processing_info: {
        description: 'How far X is with processing the media. X processes GIFs and videos.',
        type: 'object',
        required: ['state'],
        properties: {
          state: { enum: ['pending', 'in_progress', 'succeeded', 'failed'] },
          check_after_secs: { type: 'number', description: 'Seconds to wait before asking again.' },
          progress_percent: { type: 'number' },
          error: {
            description: 'Why processing failed. When it is present, processing has failed, whatever the state.',
            type: 'object',
            properties: { code: { type: 'number' }, name: { type: 'string' }, message: { type: 'string' } },
          },
        },
      },
      image: {
        type: 'object',
        properties: { image_type: { type: 'string' }, w: { type: 'number' }, h: { type: 'number' } },
      },
      video: { type: 'object', properties: { video_type: { type: 'string' } } },
    },
  },
  MediaAnswer: {
    type: 'object',
    required: ['data'],
    properties: {
      data: schemaReference('Media'),
      ...FINDINGS,
      errors: {
        description: 'What X refused although it accepted the media, such as the alternative text.',
        ...OBJECTS,
      },
    },
  },
  SubtitlesAnswer: {
    type: 'object',
    required: ['data'],
    properties: {
      data: {
        type: 'object',
        required: ['id', 'language_code'],
        properties: {
          id: { ...X_ID_SCHEMA, description: 'The id of the subtitle file.' },
          language_code: { type: 'string' },
          display_name: { type: 'string' },
        },
      },
    },
  },
  MediaItem: {
    allOf: [
      schemaReference('Media'),
      {
        properties: {
          location: { type: 'string', description: 'The path of its status.' },
          ...FINDINGS,
          errors: OBJECTS,
        },
      },
    ],
  },
  MediaList: {
    description: 'A media for each file of a form, in its order; with 207, some are problems.',
    type: 'object',
    required: ['data'],
    properties: {
      data: { type: 'array', items: { anyOf: [schemaReference('MediaItem'), schemaReference('Problem')] } },
    },
  },
  File: {
    description: 'The progress of a resumable upload, and the media once the upload is done.',
    type: 'object',
    required: ['offset', 'state'],
    properties: {
      offset: BYTES_SCHEMA,
      total_bytes: BYTES_SCHEMA,
      state: { enum: ['open', 'finalizing', 'done', 'failed'] },
      data: schemaReference('Media'),
      errors: OBJECTS,
      ...FINDINGS,
    },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What went wrong, or what to change.' },
      code: { enum: Object.keys(PROBLEMS) },
      login: { type: 'string', format: 'uri', description: 'With `sign_in_again`: where the user signs in.' },
      violations: { ...OBJECTS, description: 'The rules that the file breaks.' },
      data: { type: 'array', items: schemaReference('Problem'), description: 'When X got none of several files.' },
    },
  },
}

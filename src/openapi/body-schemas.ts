import { PROBLEMS } from '../problem.ts'

export type Json = Readonly<Record<string, unknown>>

/** What a method does at a path. */
export interface Operation {
  summary: string
  parameters?: readonly Json[]
  requestBody?: Json
  responses: Readonly<Record<string, Json>>
  externalDocs?: { url: string }
}

export type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

export const ID: Json = { type: 'string', pattern: '^[0-9]{1,19}$' }
export const BYTES: Json = { type: 'integer', minimum: 0 }

/** What bodies are made of, by name. */
export const SCHEMAS: Json = {
  Media: {
    description: 'X’s own description of a media.',
    type: 'object',
    required: ['id'],
    properties: {
      id: ID,
      media_key: { type: 'string' },
      size: { ...BYTES, description: 'Bytes received.' },
      expires_after_secs: { type: 'integer', description: 'Seconds until the id can no longer be used.' },
      processing_info: {
        description: 'What X does after the upload, with GIFs and videos.',
        type: 'object',
        required: ['state'],
        properties: {
          state: { enum: ['pending', 'in_progress', 'succeeded', 'failed'] },
          check_after_secs: { type: 'number', description: 'Seconds until X wants to be asked again.' },
          progress_percent: { type: 'number' },
          error: {
            description: 'Means failure, whatever the state.',
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
      data: { $ref: '#/components/schemas/Media' },
      errors: {
        description: 'What X did not take, though the media is there: alternative text, for one.',
        type: 'array',
        items: { type: 'object' },
      },
    },
  },
  File: {
    description: 'How far a resumable upload has come, and its media when it is done.',
    type: 'object',
    required: ['offset', 'state'],
    properties: {
      offset: BYTES,
      total_bytes: BYTES,
      state: { enum: ['open', 'finalizing', 'done', 'failed'] },
      data: { $ref: '#/components/schemas/Media' },
      errors: { type: 'array', items: { type: 'object' } },
    },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What to change.' },
      code: { enum: Object.keys(PROBLEMS) },
    },
  },
}

const ref = (name: string): Json => ({ schema: { $ref: `#/components/schemas/${name}` } })
export const json = (name: string): Json => ({ 'application/json': ref(name) })

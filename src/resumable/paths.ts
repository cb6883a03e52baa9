import { json, type Operation, type Paths } from '../openapi/body-schemas.ts'
import { BODY, CHUNK, FILE, problems, RESUMABLE, SENDING, TAKEN, WHO } from '../openapi/problem-responses.ts'
import {
  BINARY,
  CHECKSUM,
  FILE_ID,
  header,
  IN_QUERY,
  PROTOCOL,
  text,
  UPLOAD_LENGTH,
} from '../openapi/request-parameters.ts'

const STANDING = {
  'Upload-Offset': text('Bytes that X has acknowledged.'),
  'Upload-Complete': text('`?1` when the upload is done; by the draft, and with HEAD.'),
  'Upload-Limit': text('Limits, by the draft.'),
  'Upload-Expires': text('When the upload is forgotten.'),
  'Tus-Resumable': text('The version of tus.'),
  'X-Media-Id': text('X’s id, when the upload is done.'),
  'X-Media-Status': text('Where its status is, when the upload is done.'),
}
const INSPECTED = {
  ...STANDING,
  'Upload-Length': text('The size of the file, bytes, when it is known.'),
  'Upload-Defer-Length': text('`1` while it is not.'),
  'Upload-Metadata': text('As it was sent.'),
}
const LOCATION = { Location: text('Where the status is, when the upload is done.') }

const REPRESENTATION = header('Prefer', '`return=representation`: answer with the media when the upload is done.')

/** The media, or with an overridden HEAD how far the upload has come. */
const EITHER = {
  'application/json': {
    schema: { anyOf: [{ $ref: '#/components/schemas/MediaAnswer' }, { $ref: '#/components/schemas/File' }] },
  },
}

const appended = {
  204: { description: 'The bytes are X’s.', headers: { ...STANDING, ...LOCATION } },
  ...problems([
    ...TAKEN,
    ...FILE,
    ...BODY,
    ...CHUNK,
    ...SENDING,
    'upload_failed',
    'offset_mismatch',
    'upload_completed',
  ]),
}
const patch: Operation = {
  summary: 'Adds bytes to a resumable upload.',
  parameters: [
    ...[FILE_ID, ...PROTOCOL, header('Upload-Offset', 'Where the bytes begin.', true)],
    ...[UPLOAD_LENGTH, CHECKSUM, REPRESENTATION],
  ],
  requestBody: { content: { 'application/offset+octet-stream': BINARY, 'application/partial-upload': BINARY } },
  responses: {
    200: {
      description: 'The upload is done, for who wants the media in the answer.',
      headers: { ...STANDING, ...LOCATION },
      content: json('MediaAnswer'),
    },
    ...appended,
  },
}
/** Nothing else makes clients ask again: what may be over soon is `upload_locked`. */
const inspected = problems([...TAKEN, 'upload_failed', 'x_rejected_media'])
const standing = { description: 'How far it has come.', headers: { ...INSPECTED, ...LOCATION } }
const describe: Operation = {
  summary: 'Tells what the server can do.',
  responses: {
    204: {
      description: 'Versions, extensions and limits.',
      headers: {
        'Tus-Version': text('The version of tus.'),
        'Tus-Extension': text('Extensions, comma-separated.'),
        'Tus-Max-Size': text('Largest upload, bytes.'),
        'Tus-Checksum-Algorithm': text('Algorithms, comma-separated.'),
        'Upload-Limit': text('Limits, by the draft.'),
      },
    },
    ...problems(WHO),
  },
}

/** Resumable uploads, for `/openapi.json`. */
export const RESUMABLE_PATHS: Paths = {
  '/files': {
    options: describe,
    post: {
      summary: 'Opens a resumable upload, by tus 1.0 or the IETF’s draft.',
      parameters: [
        ...[...IN_QUERY, ...PROTOCOL, UPLOAD_LENGTH, CHECKSUM],
        header('Upload-Defer-Length', '`1`: the size comes later.'),
        header('Upload-Metadata', 'The parameters and the file’s type (`filetype`), as tus has them.'),
      ],
      requestBody: { description: 'The first bytes, if any.', content: { '*/*': BINARY } },
      responses: {
        201: {
          description: 'The upload is open; what could not be kept of the first bytes is to be sent again.',
          headers: { ...STANDING, Location: text('Where the upload is.') },
          content: json('MediaAnswer'),
        },
        ...problems([...RESUMABLE, ...FILE, ...BODY, ...CHUNK, 'unsupported_extension', 'x_rejected_media']),
      },
    },
  },
  '/files/{id}': {
    options: { ...describe, parameters: [FILE_ID] },
    get: {
      summary: 'Tells how far a resumable upload has come.',
      parameters: [FILE_ID, ...PROTOCOL],
      responses: { 200: { ...standing, content: json('File') }, ...inspected },
    },
    head: {
      summary: 'The same without a body.',
      parameters: [FILE_ID, ...PROTOCOL],
      responses: { 200: standing, ...inspected },
    },
    patch,
    delete: {
      summary: 'Forgets a resumable upload.',
      parameters: [FILE_ID, ...PROTOCOL],
      responses: { 204: { description: 'It is forgotten.' }, ...problems(TAKEN) },
    },
    post: {
      ...patch,
      summary: 'PATCH, HEAD or DELETE, for clients that cannot send those.',
      parameters: [
        ...[FILE_ID, ...PROTOCOL, header('X-HTTP-Method-Override', 'The method that is meant.', true)],
        ...[header('Upload-Offset', 'Where the bytes begin.'), UPLOAD_LENGTH, CHECKSUM, REPRESENTATION],
      ],
      responses: {
        200: {
          description: 'As of the method that is meant.',
          headers: { ...INSPECTED, ...LOCATION },
          content: EITHER,
        },
        ...appended,
      },
    },
  },
}

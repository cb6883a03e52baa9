import * as z from 'zod/mini'
import { commandAppend, commandFinalize, commandInitialize } from '../x/command-schemas.ts'
import { id } from '../x/field-schemas.ts'
import { unknownQuery } from '../x/x-problems.ts'
import { append, findOpenUpload } from './append-segment.ts'
import type { CompatBody } from './body.ts'
import { finalize } from './finalize.ts'
import { initialize } from './initialize.ts'
import { InvalidRequest, missingMedia, validate } from './invalid-request.ts'
import type { CompatInstance, CompatRequest } from './request.ts'
import type { CompatResponse } from './response.ts'
import type { ClientSegment } from './segment.ts'
import { type CompatUpload, findUpload } from './upload-record.ts'

/** Whether a request is of X's first generation. X does not look for `command` in JSON. */
export function isCommand(
  query: Record<string, unknown>,
  { kind, fields }: Pick<CompatBody, 'kind' | 'fields'>,
): boolean {
  return 'command' in query || (kind === 'form' && 'command' in fields)
}

const target = z.object({ media_id: id })

/**
 * Finds the upload that a command is for, as soon as the parameters name it. Throws if the subject has none with this id,
 * or if it takes no more segments and the command is APPEND.
 */
export async function findTarget(
  { principal: { subject } }: CompatRequest,
  parameters: Record<string, unknown>,
  { compatUploads }: CompatInstance,
): Promise<CompatUpload | undefined> {
  const { command } = parameters
  if ((command !== 'APPEND' && command !== 'FINALIZE') || parameters['media_id'] === undefined) return undefined
  const { media_id: mediaId } = validate(target, parameters)
  const find = command === 'APPEND' ? findOpenUpload : findUpload
  return await find(mediaId, subject, compatUploads)
}

/** What a command is about, beside its parameters. */
export interface CommandSubject {
  /** As `findTarget` found it. Undefined if it did not: the id came after the media, or the command names none. */
  upload: CompatUpload | undefined
  segment: ClientSegment | undefined
}

/**
 * X's first generation: `command` is INIT, APPEND or FINALIZE. Parameters may come in the query, in the form, or both.
 */
export async function runCommand(
  request: CompatRequest,
  parameters: Record<string, unknown>,
  { upload, segment }: CommandSubject,
  instance: CompatInstance,
): Promise<CompatResponse> {
  switch (parameters['command']) {
    case 'INIT':
      return { status: 202, body: await initialize(request, parameters, commandInitialize, instance) }
    case 'APPEND': {
      const { media_id: mediaId, segment_index: index } = validate(commandAppend, parameters)
      if (segment === undefined) throw missingMedia()
      const found = upload ?? (await findOpenUpload(mediaId, request.principal.subject, instance.compatUploads))
      await append(request, { mediaId, index, upload: found }, segment, instance)
      return { status: 204 }
    }
    case 'FINALIZE': {
      const { media_id: mediaId } = validate(commandFinalize, parameters)
      const found = upload ?? (await findUpload(mediaId, request.principal.subject, instance.compatUploads))
      return { status: 200, body: await finalize(request, { mediaId, found }, instance) }
    }
    default:
      throw new InvalidRequest(unknownQuery('command', [], ['INIT', 'APPEND', 'FINALIZE']))
  }
}

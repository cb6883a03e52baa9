import { commandAppend, commandFinalize, commandInitialize } from '../x/command-schemas.ts'
import { unknownQuery } from '../x/x-problems.ts'
import { append } from './append-segment.ts'
import type { CompatBody } from './body.ts'
import { finalize } from './finalize.ts'
import { initialize } from './initialize.ts'
import { InvalidRequest, missingMedia, validate } from './invalid-request.ts'
import type { CompatInstance, CompatRequest } from './request.ts'
import type { CompatResponse } from './response.ts'
import type { ClientSegment } from './segment.ts'

/** Whether a request is of X's first generation. X does not look for `command` in JSON. */
export function isCommand(
  query: Record<string, unknown>,
  { kind, fields }: Pick<CompatBody, 'kind' | 'fields'>,
): boolean {
  return 'command' in query || (kind === 'form' && 'command' in fields)
}

/** X's first generation: `command` is INIT, APPEND or FINALIZE. Parameters may come in the query, in the form, or both. */
export async function runCommand(
  request: CompatRequest,
  parameters: Record<string, unknown>,
  segment: ClientSegment | undefined,
  instance: CompatInstance,
): Promise<CompatResponse> {
  switch (parameters['command']) {
    case 'INIT': {
      const { command: _, ...fields } = validate(commandInitialize, parameters)
      return { status: 202, body: await initialize(request, fields, instance) }
    }
    case 'APPEND': {
      const { media_id: mediaId, segment_index: index } = validate(commandAppend, parameters)
      if (segment === undefined) throw missingMedia()
      await append(request, { mediaId, index }, segment, instance)
      return { status: 204 }
    }
    case 'FINALIZE': {
      const { media_id: mediaId } = validate(commandFinalize, parameters)
      return { status: 200, body: await finalize(request, mediaId, instance) }
    }
    default:
      throw new InvalidRequest(unknownQuery('command', [], ['INIT', 'APPEND', 'FINALIZE']))
  }
}

import { commandAppend, commandFinalize, commandInitialize } from '../x/command-schemas.ts'
import { append } from './append-segment.ts'
import type { CompatInstance } from './instance.ts'
import { type CompatRequest, type CompatResponse, check, InvalidRequest, missingMedia } from './response.ts'
import type { ClientSegment } from './segment.ts'
import { finalize, initialize } from './steps.ts'

/** The first generation: `command=INIT|APPEND|FINALIZE`, its parameters in the query, in the form, or in both. */
export async function runCommand(
  call: CompatRequest,
  parameters: Record<string, unknown>,
  segment: ClientSegment | undefined,
  instance: CompatInstance,
): Promise<CompatResponse> {
  switch (parameters['command']) {
    case 'INIT': {
      const { command: _, ...request } = check(commandInitialize, parameters)
      return { status: 202, body: await initialize(call, request, instance) }
    }
    case 'APPEND': {
      const { media_id: mediaId, segment_index: index } = check(commandAppend, parameters)
      if (segment === undefined) throw missingMedia()
      await append(call, { mediaId, index }, segment, instance)
      return { status: 204 }
    }
    case 'FINALIZE': {
      const { media_id: mediaId } = check(commandFinalize, parameters)
      return { status: 200, body: await finalize(call, mediaId, instance) }
    }
    default:
      throw new InvalidRequest([
        {
          message: 'The query parameter [command] is not one of [INIT,APPEND,FINALIZE]',
          parameters: { command: [] },
        },
      ])
  }
}

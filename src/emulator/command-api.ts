/** The command generation: one URL, `command=INIT|APPEND|FINALIZE`, parameters in the query or in the form. */

import { commandAppend, commandFinalize, commandInitialize } from '../x/command-schemas.ts'
import type { ApiCall } from './api-call.ts'
import { badRequest, jsonResponse } from './api-responses.ts'
import { requireMediaPart, uniqueFields } from './call-body.ts'
import type { Step } from './call-log.ts'
import type { EmulatorState } from './emulator-state.ts'
import { finishUpload, receiveSegment, startUpload } from './upload-steps.ts'

const STEP_OF_COMMAND = new Map<unknown, Step>([
  ['INIT', 'initialize'],
  ['APPEND', 'append'],
  ['FINALIZE', 'finalize'],
])

/** The step of a command; undefined for an unknown command. */
export function commandStep(command: unknown): Step | undefined {
  return STEP_OF_COMMAND.get(command)
}

/** The `command` parameter, from the query or the form. */
export function commandOf({ query, body }: ApiCall): unknown {
  return query.get('command') ?? (body.kind === 'form' ? body.fields['command'] : undefined)
}

/** The media id of an APPEND or FINALIZE, valid or not. */
export function commandMediaId({ query, body }: ApiCall): string | undefined {
  const id = query.get('media_id') ?? body.fields['media_id']
  return typeof id === 'string' ? id : undefined
}

/** `POST /2/media/upload` with a `command` */
export function runCommand(state: EmulatorState, call: ApiCall): Response {
  const user = call.authorize('media.write')
  const command = commandOf(call)
  const parameters = readParameters(call)
  if (command === 'INIT') {
    return jsonResponse(startUpload(state, user, call.validate(commandInitialize, parameters)), 202)
  }
  if (command === 'APPEND') {
    const { media_id, segment_index } = call.validate(commandAppend, parameters)
    const upload = state.uploads.getOwned(media_id, user)
    receiveSegment(state, call, upload, segment_index, requireMediaPart(call.body).bytes)
    return new Response(null, { status: 204 })
  }
  if (command === 'FINALIZE') {
    const { media_id } = call.validate(commandFinalize, parameters)
    return jsonResponse(finishUpload(state, state.uploads.getOwned(media_id, user)))
  }
  throw badRequest('The query parameter [command] is not one of [INIT,APPEND,FINALIZE]', { command: [] })
}

/** Query and form together: X's specification says query, its prose says form, and X accepted both. */
function readParameters({ query, body }: ApiCall): Record<string, string> {
  // This generation never had JSON bodies. X's own sample declares JSON, but sends no body.
  if (body.kind === 'json') throw badRequest('Request body is not valid multipart/form-data.')
  const form = Object.entries(body.fields).map(([name, value]): [string, string] => [name, String(value)])
  return uniqueFields([...query, ...form])
}

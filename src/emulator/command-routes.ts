/** The command generation: one address, `command=INIT|APPEND|FINALIZE`, parameters in the query or in the form. */

import { commandAppend, commandFinalize, commandInitialize } from '../x/command-schemas.ts'
import { append, describeSession, finish, mediaPart } from './actions.ts'
import { unique } from './call-body.ts'
import type { Step } from './call-log.ts'
import type { Incoming } from './incoming.ts'
import { invalid, json } from './refusals.ts'
import type { World } from './world.ts'

const STEP_OF = new Map<unknown, Step>([
  ['INIT', 'initialize'],
  ['APPEND', 'append'],
  ['FINALIZE', 'finalize'],
])

/** The step a command stands for; undefined for what is no command. */
export function commandStep(command: unknown): Step | undefined {
  return STEP_OF.get(command)
}

/** The `command` parameter, wherever it is. */
export function commandOf({ query, body }: Incoming): unknown {
  return query.get('command') ?? (body.kind === 'form' ? body.fields['command'] : undefined)
}

/** The media id an APPEND or FINALIZE names, valid or not. */
export function commandMediaId({ query, body }: Incoming): string | undefined {
  const id = query.get('media_id') ?? body.fields['media_id']
  return typeof id === 'string' ? id : undefined
}

export function runCommand(world: World, incoming: Incoming): Response {
  const user = incoming.user('media.write')
  const command = commandOf(incoming)
  const fields = parameters(incoming)
  if (command === 'INIT') {
    const request = incoming.check(commandInitialize, fields)
    const upload = world.start({
      owner: user,
      mediaType: request.media_type,
      category: request.media_category,
      totalBytes: request.total_bytes,
      additionalOwners: request.additional_owners,
      shared: request.shared,
    })
    return json(describeSession(world, upload), 202)
  }
  if (command === 'APPEND') {
    const { media_id, segment_index } = incoming.check(commandAppend, fields)
    const upload = world.uploads.find(media_id, user)
    append(world, incoming, upload, segment_index, mediaPart(incoming).bytes)
    return new Response(null, { status: 204 })
  }
  if (command === 'FINALIZE') {
    const { media_id } = incoming.check(commandFinalize, fields)
    return json(finish(world, world.uploads.find(media_id, user)))
  }
  throw invalid('The query parameter [command] is not one of [INIT,APPEND,FINALIZE]', { command: [] })
}

/** Query and form together: the specification says query, the prose says form, and X took both. */
function parameters({ query, body }: Incoming): Record<string, string> {
  // A JSON body was never part of this generation; its content type without a body was, in X's own sample.
  if (body.kind === 'json') throw invalid('Request body is not valid multipart/form-data.')
  const form = Object.entries(body.fields).map(([name, value]): [string, string] => [name, String(value)])
  return unique([...query, ...form])
}

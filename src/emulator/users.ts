/** `GET /2/users/me` */

import type { ApiCall } from './api-call.ts'
import { jsonResponse } from './api-responses.ts'
import type { EmulatorState } from './emulator-state.ts'

/** X's names have at most 15 characters. */
const MAX_USERNAME = 15

export function getMe(_: EmulatorState, call: ApiCall): Response {
  const id = call.authorize('users.read', 'tweet.read')
  call.allowQuery('user.fields', 'expansions', 'tweet.fields')
  return jsonResponse({ data: { id, name: `Emulated user ${id}`, username: `user_${id}`.slice(0, MAX_USERNAME) } })
}

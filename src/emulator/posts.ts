/** `POST /2/tweets`. Only here does X refuse media that a post cannot have, and the same text twice in a row. */

import type { ApiCall } from './api-call.ts'
import { badRequest, duplicatePost, jsonResponse } from './api-responses.ts'
import type { EmulatorState } from './emulator-state.ts'
import { isUsable } from './media-object.ts'
import { postRequest } from './post-request.ts'
import type { Upload } from './uploads.ts'

export function createPost(state: EmulatorState, call: ApiCall): Response {
  const user = call.authorize('tweet.write', 'users.read', 'tweet.read')
  call.allowQuery()
  const { text = '', media, reply } = call.validate(postRequest, call.jsonFields())
  if (text === '' && media === undefined) throw badRequest('$.text: is missing but it is required', { text: [] })
  const unusable = media?.media_ids.filter((id) => !isAttachable(state, state.uploads.get(id), user)) ?? []
  if (unusable.length > 0) throw badRequest('Your media IDs are invalid.', { 'media.media_ids': unusable })
  const answers = reply?.in_reply_to_tweet_id
  const last = state.posts.lastOf(user)
  if (text !== '' && last?.text === text && last.in_reply_to === answers) throw duplicatePost()
  const id = state.uploads.issueId()
  const answered = answers === undefined ? {} : { in_reply_to: answers }
  state.posts.add({ id, text, media_ids: media?.media_ids ?? [], user, ...answered })
  return jsonResponse({ data: { id, text, edit_history_tweet_ids: [id] } }, 201)
}

function isAttachable(state: EmulatorState, upload: Upload | undefined, user: string): boolean {
  if (upload === undefined || !isUsable(state, upload)) return false
  return upload.owner === user || upload.additionalOwners.includes(user)
}

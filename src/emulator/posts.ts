import { ID_PATTERN } from '../x/limits.ts'
import type { ApiCall } from './api-call.ts'
import { badRequest, duplicatePost, jsonResponse, resourceNotFound } from './api-responses.ts'
import type { EmulatorState } from './emulator-state.ts'
import { isUsable } from './media-object.ts'
import type { EmulatedPost } from './post-log.ts'
import { postRequest } from './post-request.ts'
import type { Upload } from './uploads.ts'

/** `POST /2/tweets`. Only here does X refuse media that a post cannot have, and the same text twice in a row. */
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
  const post = { id, text, media_ids: media?.media_ids ?? [], user, ...answered }
  state.posts.add(post)
  return jsonResponse({ data: describePost(post) }, 201)
}

/** `GET /2/tweets/:id`. It answers with X's default fields, whichever the query names. */
export function lookUpPost(state: EmulatorState, call: ApiCall): Response {
  call.authorizeAny('tweet.read', 'users.read')
  call.allowQuery(...['tweet', 'user', 'media', 'poll', 'place'].map((kind) => `${kind}.fields`), 'expansions')
  const id = call.path.slice(call.path.lastIndexOf('/') + 1)
  if (!ID_PATTERN.test(id)) throw badRequest('The `id` path parameter is not valid', { id: [id.slice(0, 100)] })
  const post = state.posts.find(id)
  return jsonResponse(post ? { data: describePost(post) } : { errors: [resourceNotFound('tweet', 'id', id)] })
}

function describePost({ id, text }: EmulatedPost): object {
  return { id, text, edit_history_tweet_ids: [id] }
}

function isAttachable(state: EmulatorState, upload: Upload | undefined, user: string): boolean {
  if (upload === undefined || !isUsable(state, upload)) return false
  return upload.owner === user || upload.additionalOwners.includes(user)
}

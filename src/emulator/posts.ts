/** The part of `POST /2/tweets` that concerns media. Only here does X refuse media that a post cannot have. */

import * as z from 'zod/mini'
import { ID_PATTERN } from '../x/limits.ts'
import type { ApiCall } from './api-call.ts'
import { badRequest, jsonResponse } from './api-responses.ts'
import type { EmulatorState } from './emulator-state.ts'
import { expiresAfterSecs, processingOf } from './media-object.ts'
import type { Upload } from './uploads.ts'

const postRequest = z.strictObject({
  text: z.optional(z.string()),
  media: z.optional(
    z.strictObject({
      media_ids: z.array(z.string().check(z.regex(ID_PATTERN))).check(z.minLength(1), z.maxLength(4)),
      tagged_user_ids: z.optional(z.array(z.string()).check(z.maxLength(10))),
    }),
  ),
})

/** `POST /2/tweets` */
export function createPost(state: EmulatorState, call: ApiCall): Response {
  const user = call.authorize('tweet.write', 'users.read', 'tweet.read')
  call.allowQuery()
  const { text = '', media } = call.validate(postRequest, call.jsonFields())
  if (text === '' && media === undefined) throw badRequest('$.text: is missing but it is required', { text: [] })
  const unusable = media?.media_ids.filter((id) => !isAttachable(state, state.uploads.get(id), user)) ?? []
  if (unusable.length > 0) throw badRequest('Your media IDs are invalid.', { 'media.media_ids': unusable })
  const id = state.uploads.issueId()
  return jsonResponse({ data: { id, text, edit_history_tweet_ids: [id] } }, 201)
}

function isAttachable(state: EmulatorState, upload: Upload | undefined, user: string): boolean {
  if (upload === undefined || expiresAfterSecs(state, upload) === 0 || upload.finalizedAt === undefined) return false
  const { owner, additionalOwners, processingOverrides } = upload
  const processing = processingOf(state, upload)
  const isReady =
    processing === undefined ? processingOverrides.failure === undefined : processing.state === 'succeeded'
  return isReady && (owner === user || additionalOwners.includes(user))
}

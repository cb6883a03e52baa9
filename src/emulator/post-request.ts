/** The body of `POST /2/tweets`, as in OpenAPI 2.167 (`CreatePostsRequest`). */

import * as z from 'zod/mini'
import { id } from '../x/field-schemas.ts'

/** X accepts more members; the emulator only checks those. */
export interface PostRequest {
  text?: string
  media?: { media_ids: string[] }
  reply?: { in_reply_to_tweet_id: string }
}

const text = z.exactOptional(z.string())
const flag = z.exactOptional(z.boolean())
const link = z.exactOptional(z.strictObject({ url: z.string() }))
const whoCanReply = z.exactOptional(z.enum(['following', 'mentionedUsers', 'subscribers', 'verified']))

const media = z.strictObject({
  media_ids: z.array(id).check(z.minLength(1), z.maxLength(4)),
  tagged_user_ids: z.exactOptional(z.array(id).check(z.maxLength(10))),
  preview_media_id: z.exactOptional(id),
  title: text,
  description: text,
  embeddable: flag,
  call_to_actions: z.exactOptional(
    z.strictObject({
      app_install: z.exactOptional(
        z.strictObject({ app_store_id: text, ipad_app_store_id: text, play_store_id: text }),
      ),
      visit_site: link,
      watch_now: link,
    }),
  ),
})

const poll = z.strictObject({
  options: z.array(z.string().check(z.minLength(1), z.maxLength(25))).check(z.minLength(2), z.maxLength(4)),
  duration_minutes: z.int().check(z.minimum(5), z.maximum(10_080)),
  reply_settings: whoCanReply,
})

const reply = z.strictObject({
  in_reply_to_tweet_id: id,
  auto_populate_reply_metadata: flag,
  exclude_reply_user_ids: z.exactOptional(z.array(z.string())),
})

export const postRequest: z.ZodMiniType<PostRequest> = z.strictObject({
  text,
  media: z.exactOptional(media),
  poll: z.exactOptional(poll),
  reply: z.exactOptional(reply),
  reply_settings: whoCanReply,
  quote_tweet_id: z.exactOptional(id),
  made_with_ai: flag,
  paid_partnership: flag,
  for_super_followers_only: flag,
  share_with_followers: flag,
  nullcast: flag,
  card_uri: text,
  direct_message_deep_link: text,
  community_id: z.exactOptional(id),
  geo: z.exactOptional(z.strictObject({ place_id: z.string() })),
  edit_options: z.exactOptional(z.strictObject({ previous_post_id: id })),
})

/** What is done with media beside uploading them: metadata, subtitles, posts. */

import * as z from 'zod/mini'
import { ID_PATTERN } from '../x/limits.ts'
import { metadataRequest, type SubtitlesCategory, subtitlesDeleteRequest, subtitlesRequest } from '../x/schemas.ts'
import type { Incoming } from './incoming.ts'
import { invalid, json, notFound, type Refusal } from './refusals.ts'
import type { Upload } from './uploads.ts'
import type { World } from './world.ts'

/** `POST /2/media/metadata` */
export function setMetadata(world: World, incoming: Incoming): Response {
  const user = incoming.user('media.write')
  incoming.allowQuery()
  const { id, metadata = {} } = incoming.check(metadataRequest, incoming.json())
  const upload = world.uploads.find(id, user)
  Object.assign(upload.metadata, metadata)
  return json({ data: { id, associated_metadata: upload.metadata } })
}

/** `POST /2/media/subtitles` */
export function addSubtitles(world: World, incoming: Incoming): Response {
  const user = incoming.user('media.write')
  incoming.allowQuery()
  const { id, media_category, subtitles } = incoming.check(subtitlesRequest, incoming.json())
  const video = findVideo(world, id, media_category, user)
  const track = world.uploads.find(subtitles.id, user)
  if (track.category !== 'subtitles' || track.finalizedAt === undefined) throw notFound()
  removeLanguage(video, subtitles.language_code)
  video.subtitles.push(subtitles)
  return json({ data: { id, media_category, associated_subtitles: video.subtitles } })
}

/** `DELETE /2/media/subtitles`, with a body. */
export function deleteSubtitles(world: World, incoming: Incoming): Response {
  const user = incoming.user('media.write')
  incoming.allowQuery()
  const { id, media_category, language_code } = incoming.check(subtitlesDeleteRequest, incoming.json())
  const video = findVideo(world, id, media_category, user)
  return json({ data: { deleted: removeLanguage(video, language_code) } })
}

function findVideo(world: World, id: string, category: SubtitlesCategory, user: string): Upload {
  const upload = world.uploads.find(id, user)
  if (upload.category !== (category === 'TweetVideo' ? 'tweet_video' : 'amplify_video')) throw notFound()
  return upload
}

function removeLanguage({ subtitles }: Upload, language: string): boolean {
  const at = subtitles.findIndex((track) => track.language_code === language)
  if (at >= 0) subtitles.splice(at, 1)
  return at >= 0
}

const postRequest = z.strictObject({
  text: z.optional(z.string()),
  media: z.optional(
    z.strictObject({
      media_ids: z.array(z.string().check(z.regex(ID_PATTERN))).check(z.minLength(1), z.maxLength(4)),
      tagged_user_ids: z.optional(z.array(z.string()).check(z.maxLength(10))),
    }),
  ),
})

/** `POST /2/tweets`, as far as media go: what may not be attached is refused here and no earlier. */
export function createPost(world: World, incoming: Incoming): Response {
  const user = incoming.user('tweet.write', 'users.read', 'tweet.read')
  incoming.allowQuery()
  const { text = '', media } = incoming.check(postRequest, incoming.json())
  if (text === '' && media === undefined) throw invalid('$.text: is missing but it is required', { text: [] })
  const refused = media?.media_ids.filter((id) => !isAttachable(world, world.uploads.get(id), user)) ?? []
  if (refused.length > 0) throw invalidMedia(refused)
  const id = world.uploads.issueId()
  return json({ data: { id, text, edit_history_tweet_ids: [id] } }, 201)
}

function isAttachable(world: World, upload: Upload | undefined, user: string): boolean {
  if (upload === undefined || world.expiresAfterSecs(upload) === 0 || upload.finalizedAt === undefined) return false
  const processing = world.processing(upload)
  const isReady = processing === undefined ? upload.twist.failure === undefined : processing.state === 'succeeded'
  return isReady && (upload.owner === user || upload.additionalOwners.includes(user))
}

function invalidMedia(ids: string[]): Refusal {
  return invalid('Your media IDs are invalid.', { 'media.media_ids': ids })
}

import { notFound } from '../errors.ts'
import { invalidDisplayName } from '../x/display-name.ts'
import type { KnownMembers } from '../x/known-answer.ts'
import { isMetadataKind, type MediaCategory } from '../x/limits.ts'
import { metadataRequest, type SubtitlesCategory, subtitlesDeleteRequest, subtitlesRequest } from '../x/schemas.ts'
import { unknownMember } from '../x/x-problems.ts'
import { InvalidRequest, validate } from './invalid-request.ts'
import { readJsonFields } from './receive-body.ts'
import type { CompatInstance, CompatRequest } from './request.ts'
import type { CompatResponse } from './response.ts'

/** STATUS: how far X's processing of a media has come. */
export async function readStatus(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const mediaId = request.c.req.query('media_id') ?? ''
  const { isProcessed } = await findOwnMedia(mediaId, request, instance)
  // X has no status for media that it does not process. https://github.com/xdevplatform/xurl/issues/18
  if (!isProcessed) throw notFound()
  return { status: 200, body: await instance.statuses.read(mediaId, request.context) }
}

/** Sets metadata, such as the alternative text. */
export async function setMetadata(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const fields = validate(metadataRequest, await readJsonFields(request, instance))
  const { id, metadata = {} } = fields
  for (const kind of Object.keys(metadata)) checkMetadataKind(kind, instance)
  await findOwnMedia(id, request, instance)
  await instance.calls.consume(request.principal.subject, 0)
  await instance.client.setMetadata(fields, request.context)
  const { associated_metadata: kinds } = lastData(request)
  const accepted = Object.entries(metadata).filter(([kind]) => !Array.isArray(kinds) || kinds.includes(kind))
  return dataResponse({ id, associated_metadata: Object.fromEntries(accepted) })
}

function checkMetadataKind(kind: string, { permissions }: Pick<CompatInstance, 'permissions'>): void {
  const path = `metadata.${kind}`
  if (!isMetadataKind(kind)) throw new InvalidRequest(unknownMember(path))
  if (permissions.allowsMetadata(kind)) return
  throw new InvalidRequest({
    message: `$.${path}: is not allowed by this server. Its option \`allow.metadata\` does not have ${kind}.`,
    parameters: { [path]: [] },
  })
}

/** The categories of videos that have subtitles, by their names in this API. */
const SUBTITLED: Readonly<Record<SubtitlesCategory, MediaCategory>> = {
  AmplifyVideo: 'amplify_video',
  TweetVideo: 'tweet_video',
}

function checkDisplayName(name: string | undefined): void {
  const mistake = invalidDisplayName(name)
  if (mistake === undefined) return
  throw new InvalidRequest({
    message: `$.subtitles.display_name: ${mistake}`,
    parameters: { 'subtitles.display_name': [] },
  })
}

/** Adds an uploaded subtitle file to a video. */
export async function addSubtitles(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const fields = validate(subtitlesRequest, await readJsonFields(request, instance))
  const { id, media_category, subtitles } = fields
  instance.permissions.checkCategories([SUBTITLED[media_category]])
  checkDisplayName(subtitles.display_name)
  await findOwnMedia(id, request, instance)
  await findOwnMedia(subtitles.id, request, instance)
  await instance.calls.consume(request.principal.subject, 0)
  const track = await instance.client.addSubtitles(fields, request.context)
  return dataResponse({ id, media_category, associated_subtitles: track })
}

/** Removes the subtitles of one language from a video. */
export async function deleteSubtitles(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const fields = validate(subtitlesDeleteRequest, await readJsonFields(request, instance))
  instance.permissions.checkCategories([SUBTITLED[fields.media_category]])
  await findOwnMedia(fields.id, request, instance)
  await instance.calls.consume(request.principal.subject, 0)
  await instance.client.deleteSubtitles(fields, request.context)
  return dataResponse({ deleted: lastData(request)['deleted'] !== false })
}

/**
 * Finds a media of the request's subject, however it was uploaded. Throws `not_found` for any other.
 *
 * @returns Whether X processes the media after FINALIZE, as far as it is known.
 */
async function findOwnMedia(
  mediaId: string,
  { principal: { subject } }: CompatRequest,
  { owners, compatUploads }: Pick<CompatInstance, 'owners' | 'compatUploads'>,
): Promise<{ isProcessed: boolean }> {
  const upload = await compatUploads.find(mediaId, subject)
  if (upload) return { isProcessed: upload.result === undefined || upload.result.data.processing_info !== undefined }
  const media = await owners?.find(mediaId, subject)
  if (media === undefined) throw notFound()
  return { isProcessed: media.done === undefined }
}

/** The `data` of X's latest answer. */
function lastData({ lastResponse }: CompatRequest): KnownMembers {
  return lastResponse()?.answer?.data ?? {}
}

function dataResponse(data: Record<string, unknown>): CompatResponse {
  return { status: 200, body: { data } }
}

export { type XMediaApp, xMedia, xMediaUpload } from './app.ts'
export { createXMedia, type XMediaClient } from './client.ts'
export { XMediaError, type XMediaErrorCode } from './errors.ts'
export type { UploadQuery } from './ingress/upload-parameters.ts'
export type { MediaUpload } from './media-upload.ts'
export type {
  InspectedFile,
  LimitOptions,
  Principal,
  XApiOptions,
  XMediaClientOptions,
  XMediaOptions,
} from './options.ts'
export type { Problem } from './problem.ts'
export type { UploadAnswer } from './relay/relay.ts'
export type { SubtitlesAnswer, SubtitlesQuery } from './routes/subtitles.ts'
export type { UploadForm, XMediaEnv } from './routes/upload.ts'
export type { UploadedItem, UploadedMedia } from './routes/uploaded-media.ts'
export type { MediaSource } from './sources/media-source.ts'
export { memoryStore } from './store/memory-store.ts'
export { redisStore } from './store/redis-store.ts'
export type { Store } from './store/store.ts'
export type { XMediaEvent } from './x/events.ts'
export { MEDIA_CATEGORIES, MEDIA_TYPES, type MediaCategory, type MediaType, type MetadataKind } from './x/limits.ts'
export type { XMediaAnswer } from './x/media-answer.ts'
export { refreshingToken, type StoredTokens } from './x/refreshing-token.ts'
export type { XMedia } from './x/schemas.ts'

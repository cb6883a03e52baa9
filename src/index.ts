export { type XMediaApp, type XMediaSchema, xMedia, xMediaUpload } from './app.ts'
export {
  type CallOptions,
  createXMedia,
  type MediaSource,
  type SettleOptions,
  type UploadOptions,
  type XMediaClient,
  type XMediaClientOptions,
} from './client.ts'
export type { CoreOptions } from './core.ts'
export { ERROR_STATUS, XMediaError, type XMediaErrorCode, type XMediaErrorOptions } from './errors.ts'
export type { CheckedMedia } from './ingress/media-type.ts'
export type { TypedUploadQuery } from './ingress/upload-parameters.ts'
export type { Clock } from './lib/clock.ts'
export type { HttpTokenRequest, InspectedFile, Principal, PrincipalLimits, XMediaOptions } from './options.ts'
export type { Problem } from './problem.ts'
export type { XMediaEnv } from './routes/upload.ts'
export type { UploadedMedia } from './routes/uploaded-media.ts'
export { memoryQuotaStore, type QuotaOptions, type QuotaStore, type QuotaUse, quotaStore } from './store/quota.ts'
export { type RedisStoreOptions, redisStore } from './store/redis-store.ts'
export { memoryStore, type Store } from './store/store.ts'
export type { RetryOptions } from './x/call.ts'
export type { DialectName, XStep } from './x/dialects/dialect.ts'
export type { OnEvent, XMediaEvent } from './x/events.ts'
export { MEDIA_CATEGORIES, MEDIA_TYPES, type MediaCategory, type MediaType } from './x/limits.ts'
export type { XMediaAnswer } from './x/media-answer.ts'
export { type RefreshingTokenOptions, refreshingToken, type StoredTokens } from './x/refreshing-token.ts'
export type {
  SubtitlesCategory,
  SubtitlesDeleteRequest,
  SubtitlesRequest,
  XMedia,
  XProblem,
  XProcessingInfo,
  XProcessingState,
} from './x/schemas.ts'
export type { TokenReason, TokenRequest, TokenSource } from './x/token.ts'
export type { Fetch, FetchInit } from './x/transport.ts'

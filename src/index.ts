export { type XMediaApp, type XMediaSchema, xMedia, xMediaUpload } from './app.ts'
export {
  createXMedia,
  type MediaSource,
  type UploadOptions,
  type XMediaClient,
  type XMediaClientOptions,
} from './client.ts'
export { XMediaError, type XMediaErrorCode } from './errors.ts'
export type { InspectedFile, Principal, PrincipalLimits, TokenRequest, XMediaOptions } from './options.ts'
export type { Problem } from './problem.ts'
export type { UploadedMedia } from './routes/media.ts'
export type { XMediaEnv } from './routes/upload.ts'
export { memoryQuotaStore, type QuotaOptions, type QuotaStore, type QuotaUse, quotaStore } from './store/quota.ts'
export { type RedisStoreOptions, redisStore } from './store/redis.ts'
export { memoryStore, type Store } from './store/store.ts'
export type { RetryOptions } from './x/call.ts'
export type { DialectName } from './x/dialects/dialect.ts'
export type { OnEvent, XMediaEvent } from './x/events.ts'
export type { MediaCategory, MediaType } from './x/limits.ts'
export type { XMediaAnswer } from './x/media.ts'
export { type RefreshingTokenOptions, refreshingToken, type StoredTokens } from './x/refreshing-token.ts'
export type { XMedia, XProblem } from './x/schemas.ts'

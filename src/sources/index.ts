/** Sources of uploads from an app's own storage, for `createXMedia(…).upload({ source })`. */

export type { UrlOptions } from './fetch-allowed.ts'
export { fromR2, type R2BucketLike, type R2Options } from './from-r2.ts'
export { fromS3, type S3Like } from './from-s3.ts'
export { fromUrl } from './from-url.ts'
export type { StoredFile } from './stored-file.ts'

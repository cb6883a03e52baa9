import { checkUnchanged, type StoredFile, sourceChanged, sourceUnavailable } from './stored-file.ts'

/** What R2 tells about an object. */
export interface R2ObjectLike {
  /** Bytes. */
  size: number
  etag: string
  httpMetadata?: { contentType?: string }
  /** Missing if the object does not meet the condition of the request. */
  body?: ReadableStream<Uint8Array>
}

/** The part of an R2 bucket's binding that `fromR2` uses. */
export interface R2BucketLike {
  head(key: string): Promise<R2ObjectLike | null>
  get(
    key: string,
    options: { range: { offset: number }; onlyIf?: { etagMatches: string } },
  ): Promise<R2ObjectLike | null>
}

export interface R2Options {
  /** The only version to upload, for an object that was chosen earlier. Default: the version that the upload begins with. */
  etag?: string
}

/**
 * An object in an R2 bucket, as the source of an upload: `fromR2(env.BUCKET, 'cat.mp4')`. Its ETag tells when the object
 * has changed. Its media type is the one it was stored with, unless the upload names another.
 */
export function fromR2(bucket: R2BucketLike, key: string, { etag: version }: R2Options = {}): StoredFile {
  return {
    async describe() {
      const { size, etag, httpMetadata } = (await bucket.head(key)) ?? objectMissing()
      checkUnchanged({ version: etag }, { version })
      return { totalBytes: size, mediaType: httpMetadata?.contentType, version: etag }
    },
    async open(offset, { expected }) {
      const onlyIf = expected.version === undefined ? {} : { onlyIf: { etagMatches: expected.version } }
      const { size, etag, body } = (await bucket.get(key, { range: { offset }, ...onlyIf })) ?? objectMissing()
      checkUnchanged({ totalBytes: size, version: etag }, expected)
      return body ?? changed()
    },
  }
}

function objectMissing(): never {
  throw sourceUnavailable('The R2 bucket has no such object.')
}

function changed(): never {
  throw sourceChanged()
}

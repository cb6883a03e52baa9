import { isRecord } from '../lib/is-record.ts'
import { checkUnchanged, type StoredFile, sourceChanged, sourceUnavailable } from './stored-file.ts'

/** What S3 tells about an object. */
export interface S3Head {
  ContentLength?: number | undefined
  ContentType?: string | undefined
  ETag?: string | undefined
}

/** An object of S3 from some byte on. */
export interface S3Object extends S3Head {
  Body?: { transformToWebStream(): ReadableStream } | undefined
}

export interface S3Location {
  Bucket: string
  Key: string
}

export interface S3RangeRequest extends S3Location {
  Range: string
  IfMatch?: string
}

/** The part of the class `S3` of `@aws-sdk/client-s3` that `fromS3` uses. */
export interface S3Like {
  headObject(input: S3Location, options: { abortSignal: AbortSignal }): Promise<S3Head>
  getObject(input: S3RangeRequest, options: { abortSignal: AbortSignal }): Promise<S3Object>
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
const PRECONDITION_FAILED = 412
const RANGE_NOT_SATISFIABLE = 416

/**
 * An object in S3, or in a store that speaks its protocol, as the source of an upload: `fromS3(new S3({ region }), { Bucket,
 * Key })`, with the class `S3` of `@aws-sdk/client-s3`. To use an `S3Client`, pass two functions that send its commands:
 * `{ headObject: (input) => client.send(new HeadObjectCommand(input)), getObject: (input) => client.send(new
 * GetObjectCommand(input)) }`. The object's ETag tells when it has changed. Throws a `TypeError` for a client without these
 * methods.
 */
export function fromS3(client: S3Like, { Bucket, Key }: S3Location): StoredFile {
  if (typeof client.headObject !== 'function' || typeof client.getObject !== 'function')
    throw new TypeError('The client needs headObject and getObject: pass an `S3`, not an `S3Client`.')
  const location = { Bucket, Key }
  return {
    async describe(abortSignal) {
      const head = await client.headObject(location, { abortSignal }).catch(toSourceError)
      return { totalBytes: head.ContentLength, mediaType: head.ContentType, version: head.ETag }
    },
    async open(offset, { expected, signal: abortSignal }) {
      const condition = expected.version === undefined ? {} : { IfMatch: expected.version }
      const request = { ...location, Range: `bytes=${offset}-`, ...condition }
      const { ContentLength, ETag, Body } = await client.getObject(request, { abortSignal }).catch(toSourceError)
      const totalBytes = ContentLength === undefined ? undefined : offset + ContentLength
      // A server that ignores `If-Match` sends the new object.
      checkUnchanged({ totalBytes, version: ETag }, expected)
      if (Body === undefined) throw sourceUnavailable('S3 returned no body.')
      return Body.transformToWebStream()
    },
  }
}

/** The error that no retry can help with; the client's own error otherwise. */
function toSourceError(error: unknown): never {
  const metadata = isRecord(error) ? error['$metadata'] : undefined
  const status = isRecord(metadata) ? Number(metadata['httpStatusCode']) : Number.NaN
  if (status === PRECONDITION_FAILED || status === RANGE_NOT_SATISFIABLE) throw sourceChanged()
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    throw sourceUnavailable(`S3 refused to return the object: its status is ${status}.`, error)
  throw error
}

import { emptyBody } from '../ingress/upload-source.ts'
import { fetchAllowed, type UrlOptions } from './fetch-allowed.ts'
import { skipBytes } from './skip-bytes.ts'
import {
  checkUnchanged,
  type FileDescription,
  type StoredFile,
  sourceChanged,
  sourceUnavailable,
} from './stored-file.ts'

const PARTIAL_CONTENT = 206
const RANGE_NOT_SATISFIABLE = 416

/**
 * A file at an http(s) URL, as the source of an upload. If the server has ranges, only the missing bytes are fetched;
 * otherwise the file is fetched again and its first bytes are thrown away. The ETag, or else `Last-Modified`, tells when the
 * file has changed. Up to 10 redirects are followed.
 *
 * The URL must be the app's own. One that a client names can point into the app's own network, where the server may go and
 * the client may not, such as to a cloud's metadata service: use `allowHosts` if any part of a URL comes from a client.
 *
 * Throws a `TypeError` for a URL that is not http(s), or not on one of the hosts.
 */
export function fromUrl(url: string | URL, options: UrlOptions = {}): StoredFile {
  const get = fetchAllowed(new URL(url), options)
  return {
    async describe(signal) {
      // Not HEAD: a URL that is signed for GET refuses it.
      const response = await get({ range: 'bytes=0-0' }, signal)
      response.body?.cancel().catch(() => {})
      if (response.status === RANGE_NOT_SATISFIABLE) throw emptyBody()
      return { ...describeResponse(response), mediaType: response.headers.get('content-type') ?? undefined }
    },
    async open(offset, { expected, signal }) {
      const range = { range: `bytes=${offset}-`, ...condition(expected.version) }
      const response = await get(offset === 0 ? {} : range, signal)
      try {
        if (response.status === RANGE_NOT_SATISFIABLE) throw sourceChanged()
        checkUnchanged(describeResponse(response), expected)
        if (response.body === null) throw sourceUnavailable('The URL returned no file.')
        return skipBytes(response.body, offset - startOf(response, offset))
      } catch (error) {
        response.body?.cancel().catch(() => {})
        throw error
      }
    },
  }
}

/** `If-Range` takes no weak ETag, and no date here: those are compared afterwards. RFC 9110 section 13.1.5 */
function condition(version: string | undefined): Record<string, string> {
  return version?.startsWith('"') ? { 'if-range': version } : {}
}

/** What a response tells about the whole file. */
function describeResponse({ status, headers }: Response): FileDescription {
  if (headers.has('content-encoding')) {
    throw sourceUnavailable('The URL returned a compressed file, whose size is unknown.')
  }
  const length = status === PARTIAL_CONTENT ? contentRange(headers)?.totalBytes : headers.get('content-length')
  return {
    totalBytes: length === undefined || length === null ? undefined : Number(length),
    version: headers.get('etag') ?? headers.get('last-modified') ?? undefined,
  }
}

/** The byte at which a response starts. */
function startOf({ status, headers }: Response, offset: number): number {
  if (status !== PARTIAL_CONTENT) return 0
  const start = Number(contentRange(headers)?.start)
  if (start <= offset) return start
  throw sourceUnavailable('The URL returned another range than the one asked for.')
}

/** RFC 9110 section 14.4. The length of the file may be unknown. */
function contentRange(headers: Headers): { start: string; totalBytes: string | undefined } | undefined {
  const [, start, totalBytes] = /^bytes (\d+)-\d+\/(?:(\d+)|\*)$/.exec(headers.get('content-range') ?? '') ?? []
  return start === undefined ? undefined : { start, totalBytes }
}

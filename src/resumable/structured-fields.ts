import { type BareItem, parseItem } from 'structured-headers'

/**
 * The headers of the IETF draft are Items by RFC 9651: a value, which may have parameters. A header of another type counts
 * as not sent. draft-ietf-httpbis-resumable-upload-11 section 4.1
 */

/** Reads a header that is a Boolean, `?1` or `?0`. */
export function readBoolean(headers: Headers, name: string): boolean | undefined {
  const value = readItem(headers, name)
  return typeof value === 'boolean' ? value : undefined
}

/** Reads a header that is an Integer from 0 on. */
export function readInteger(headers: Headers, name: string): number | undefined {
  const value = readItem(headers, name)
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}

function readItem(headers: Headers, name: string): BareItem | undefined {
  try {
    return parseItem(headers.get(name) ?? '')[0]
  } catch {
    return undefined
  }
}

import { XMediaError } from '../errors.ts'
import { isParameter } from '../ingress/upload-parameters.ts'
import { decodeBase64 } from '../lib/encoding.ts'
import { quote } from '../lib/quote.ts'

/** The longest `Upload-Metadata`, in bytes: it is kept as long as the upload. */
const MAX_METADATA_BYTES = 2048

/** What `Upload-Metadata` says about the file. */
export interface FileMetadata {
  /** The upload parameters among it, not yet checked. */
  parameters: Record<string, string>
  mediaType: string | undefined
}

/** Parses `Upload-Metadata`; ignores unknown keys. https://tus.io/protocols/resumable-upload#upload-metadata */
export function readMetadata(metadata = ''): FileMetadata {
  if (metadata.length > MAX_METADATA_BYTES) throw metadataTooLong(metadata.length)
  const parameters: Record<string, string> = {}
  let mediaType: string | undefined
  for (const pair of metadata.split(',').filter((text) => text.trim() !== '')) {
    const [key = '', base64 = '', ...more] = pair.trim().split(' ')
    if (!/^[\x21-\x7e]+$/.test(key) || more.length > 0) throw malformedMetadata(pair)
    const value = decodeText(base64)
    if (isParameter(key)) parameters[key] = value
    else if (key === 'filetype' || key === 'type') mediaType ??= value
  }
  return { parameters, mediaType }
}

function decodeText(base64: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64(base64))
  } catch {
    throw malformedMetadata(base64)
  }
}

function metadataTooLong(bytes: number): XMediaError {
  const [length, limit] = [bytes, MAX_METADATA_BYTES].map((count) => count.toLocaleString('en'))
  const detail = `\`Upload-Metadata\` has ${length} bytes; the limit is ${limit}.`
  return new XMediaError('invalid_parameter', `${detail} Leave keys out, or send \`alt_text\` in the query.`)
}

function malformedMetadata(text: string): XMediaError {
  return new XMediaError(
    'invalid_parameter',
    `Upload-Metadata has the invalid entry ${quote(text)}. Send keys with base64 values, separated by commas.`,
  )
}

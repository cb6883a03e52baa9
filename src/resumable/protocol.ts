import { XMediaError } from '../errors.ts'
import type { Protocol } from '../session/record.ts'

/** The version of tus that this server speaks. https://tus.io/protocols/resumable-upload */
export const TUS_VERSION = '1.0.0'

/** Which protocol a request speaks, if it says so: HEAD and DELETE of the IETF draft do not. */
export function protocolOf(headers: Headers): Protocol | undefined {
  if (headers.has('tus-resumable')) return 'tus'
  return headers.has('upload-complete') || headers.has('upload-draft-interop-version') ? 'ietf' : undefined
}

/** Which protocol a request speaks. Throws `unsupported_version` when it does not say. */
export function requireProtocol(headers: Headers): Protocol {
  const protocol = protocolOf(headers)
  if (protocol) return protocol
  throw new XMediaError(
    'unsupported_version',
    `Send \`Tus-Resumable: ${TUS_VERSION}\` for tus, or \`Upload-Complete\` for the IETF draft.`,
  )
}

/** Throws `unsupported_version` for another version of tus. */
export function checkTusVersion(headers: Headers): void {
  const version = headers.get('tus-resumable')
  if (version === null || version === TUS_VERSION) return
  throw new XMediaError(
    'unsupported_version',
    `This server speaks tus ${TUS_VERSION}: send \`Tus-Resumable: ${TUS_VERSION}\`.`,
  )
}

/** Throws `unsupported_version` for a request without `Tus-Resumable` about an upload that tus created. */
export function requireTus(headers: Headers): void {
  if (headers.has('tus-resumable')) return
  throw new XMediaError(
    'unsupported_version',
    `This upload was created with tus: send \`Tus-Resumable: ${TUS_VERSION}\`.`,
  )
}

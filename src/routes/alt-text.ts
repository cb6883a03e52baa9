import type { Handler } from 'hono'
import { XMediaError } from '../errors.ts'
import { essenceOf } from '../ingress/declared-type.ts'
import { checkFraming } from '../ingress/read-upload.ts'
import { readParameters } from '../ingress/upload-parameters.ts'
import type { Instance } from '../instance.ts'
import { quote } from '../lib/quote.ts'
import type { PrincipalEnv } from './authorize.ts'
import { callContextFor } from './call-context.ts'
import type { OwnedMediaInput } from './owned-media.ts'
import { withBody } from './request-body.ts'
import { readWholeBody } from './whole-body.ts'

/** Far more than the longest alternative text, so that one that is too long is refused with its length. */
const MAX_BODY_BYTES = 65_536

/** Replaces the alternative text of a media with the body. An empty one goes to X as it is. */
export function putAltText(instance: Instance): Handler<PrincipalEnv, string, OwnedMediaInput> {
  const { calls, client, permissions } = instance

  return async function putAltText(c) {
    const owned = c.req.valid('param')
    const principal = c.var.xMediaPrincipal
    checkType(c.req.raw.headers)
    const bytes = await withBody(c, principal, instance, (body, reservation) =>
      readWholeBody(body, MAX_BODY_BYTES, reservation),
    )
    const { alt_text: altText = '' } = readParameters({ alt_text: decode(bytes) })
    permissions.checkParameters({ altText })
    await calls.consume(principal.subject, 0)
    const request = { id: owned.mediaId, metadata: { alt_text: { text: altText } } }
    await client.setMetadata(request, callContextFor(c, principal, instance))
    return c.body(null, 204)
  }
}

/** Anything else than text would become the alternative text by mistake. */
function checkType(headers: Headers): void {
  checkFraming(headers)
  const type = essenceOf(headers.get('content-type'))
  if (type === '' || type === 'text/plain') return
  throw new XMediaError(
    'unsupported_media_type',
    `The body is ${quote(type)}. Send the alternative text itself, as text/plain.`,
  )
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new XMediaError('invalid_parameter', 'The alternative text is not UTF-8. Send it as UTF-8.')
  }
}

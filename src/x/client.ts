import { XMediaError } from '../errors.ts'
import { type CallContext, type CallOptions, createCall } from './call.ts'
import { commandDialect } from './dialects/command.ts'
import type { DialectName, InitializeParameters } from './dialects/dialect.ts'
import { resourceDialect } from './dialects/resource.ts'
import { isProcessed, type MediaCategory } from './limits.ts'
import { readMedia, type XMediaAnswer } from './media.ts'

export interface XClientOptions extends CallOptions {
  dialect: DialectName
}

/** X's media API, one method a step, with retries and tokens taken care of. */
export interface XClient {
  initialize(parameters: InitializeParameters, context: CallContext): Promise<XMediaAnswer>
  /** `body` is a whole multipart body; `contentType` names its boundary. */
  append(mediaId: string, contentType: string, body: Uint8Array<ArrayBuffer>, context: CallContext): Promise<void>
  finalize(mediaId: string, category: MediaCategory, context: CallContext): Promise<XMediaAnswer>
  status(mediaId: string, context: CallContext): Promise<XMediaAnswer>
}

export function createXClient(options: XClientOptions): XClient {
  const call = createCall(options)
  const dialect = options.dialect === 'command' ? commandDialect : resourceDialect

  const client: XClient = {
    // Repeating is safe: a session that was opened without our knowing stays empty and expires.
    async initialize(parameters, context) {
      const answer = readMedia(await call(dialect.initialize(parameters), context))
      if (answer === undefined) throw new XMediaError('x_unavailable', 'X opened an upload without naming its id.')
      return answer
    },

    // Repeating is safe: the same bytes under the same index. Any 2xx will do: X is known to answer 200, 202 and 204.
    async append(mediaId, contentType, body, context) {
      await call(dialect.append(mediaId, contentType, body), context)
    },

    // Repeating is safe: every byte is acknowledged, so a second FINALIZE can only be answered or refused. A refusal
    // after a try whose fate is unknown may mean that the earlier one was carried out, which STATUS tells, but only
    // for media that X processes: for images it answers 400 (https://github.com/xdevplatform/xurl/issues/18).
    async finalize(mediaId, category, context) {
      let uncertain = false
      try {
        const answer = await call(dialect.finalize(mediaId), context, ({ error }) => {
          uncertain ||= error.code === 'x_unavailable'
          return true
        })
        return readMedia(answer) ?? { data: { id: mediaId } }
      } catch (error) {
        const refused = error instanceof XMediaError && error.code === 'x_rejected_media'
        if (refused && uncertain && isProcessed(category)) {
          return await client.status(mediaId, context).catch(() => {
            throw error
          })
        }
        throw error
      }
    },

    async status(mediaId, context) {
      const answer = readMedia(await call(dialect.status(mediaId), context))
      if (answer === undefined) throw new XMediaError('x_unavailable', 'X answered a status question without a media.')
      return answer
    },
  }
  return client
}

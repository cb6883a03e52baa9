import { XMediaError } from '../errors.ts'
import { isClientGone } from '../lib/abort-scope.ts'
import type { CallContext } from '../x/call.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import type { XClient } from '../x/x-client.ts'

/** Sets the alternative text. The media is there by now: a failure is told beside it, in the shape X reports errors. */
export async function withAltText(
  answer: XMediaAnswer,
  altText: string | undefined,
  call: CallContext,
  client: XClient,
): Promise<XMediaAnswer> {
  // A form's field that was left empty comes as an empty text.
  if (!altText) return answer
  try {
    await client.setMetadata({ id: answer.data.id, metadata: { alt_text: { text: altText } } }, call)
    return answer
  } catch (error) {
    if (!(error instanceof XMediaError) || isClientGone(error)) throw error
    const { code, status, message } = error
    const problem = {
      type: `urn:hono-x-media:${code}`,
      title: 'The alternative text was not set',
      status,
      detail: message,
    }
    return { ...answer, errors: [...(answer.errors ?? []), problem] }
  }
}

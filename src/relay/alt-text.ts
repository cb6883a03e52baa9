import { XMediaError } from '../errors.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import type { XClient } from '../x/x-client.ts'
import { isClientGone } from './report-failure.ts'

/**
 * Sets the alternative text of an uploaded media. Because the media exists by now, a failure does not throw: it is added to
 * the answer's `errors`, in the shape of X's own partial errors.
 */
export async function setAltText(
  answer: XMediaAnswer,
  readAltText: (() => string | undefined) | undefined,
  call: CallContext,
  client: XClient,
): Promise<XMediaAnswer> {
  try {
    const altText = readAltText?.()
    // An empty form field arrives as an empty string.
    if (!altText) return answer
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

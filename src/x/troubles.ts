import { XMediaError, type XMediaErrorCode } from '../errors.ts'

const NEW_TOKEN = 'Get a new one with `npx hono-x-media login`.'

/** What an operator must see, by code, and what to do about it. Empty where the error says that itself. */
const ADVICE: Partial<Record<XMediaErrorCode, string>> = {
  x_unauthorized: NEW_TOKEN,
  x_forbidden_scope: NEW_TOKEN,
  x_payment_required: 'Add credits, or raise the cap, at console.x.com.',
  x_rate_limited: 'Raise x.segmentBytes, or use several accounts.',
  x_unavailable: 'Run `npx hono-x-media doctor`.',
  token_unavailable: 'Check the option token.',
  store_unavailable: 'Check that it runs, and that this server reaches it.',
  misconfigured: '',
  origin_not_allowed: '',
  body_corrupted: '',
  transform_failed: '',
}

/** A kind of trouble that an operator must see, and what to do about it. */
export interface Trouble {
  kind: string
  advice: string
}

/** Finds the trouble behind an error, which may be that of a cause. Undefined for what clients and users mend. */
export function findTrouble(error: unknown): Trouble | undefined {
  if (!(error instanceof XMediaError)) return undefined
  const advice = ADVICE[error.code]
  return advice === undefined ? findTrouble(error.cause) : { kind: error.code, advice }
}

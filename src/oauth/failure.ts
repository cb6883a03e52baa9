/**
 * Why a sign-in, or the renewal of its tokens, has failed.
 *
 * - `denied`: the user said no.
 * - `lost`: this browser did not start the sign-in, or it has expired.
 * - `refused`: X does not take the code or the refresh token: it was used, has expired or was revoked.
 * - `client_refused`: X does not take the app's credentials.
 * - `scope_missing`: X did not grant a scope that the app needs.
 * - `payment_required`: X's API asks for payment.
 * - `forbidden`: X does not let the app see who has signed in.
 * - `not_accepted`: the app's own `subject` returned no user.
 * - `still_connected`: the user has signed out here, but X did not revoke the tokens.
 * - `store_unavailable`: the store failed.
 * - `unavailable`: X failed, or cannot be reached.
 */
export type FailureReason =
  | 'denied'
  | 'lost'
  | 'refused'
  | 'client_refused'
  | 'scope_missing'
  | 'payment_required'
  | 'forbidden'
  | 'not_accepted'
  | 'still_connected'
  | 'store_unavailable'
  | 'unavailable'

/** Never carries an answer of X, so never a token. */
export class SignInFailure extends Error {
  override readonly name = 'SignInFailure'
  readonly reason: FailureReason

  /** @param detail For the operator: what exactly happened. */
  constructor(reason: FailureReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** Why a request has failed, such as `ECONNREFUSED`: the code of the error or of the one underneath, or else its name. */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? error.name : failureCode(error.cause)
}

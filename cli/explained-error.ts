/** An error whose message says what is wrong and what to do, to whoever runs the program. Its stack would add nothing. */
export class ExplainedError extends Error {
  override readonly name = 'ExplainedError'
}

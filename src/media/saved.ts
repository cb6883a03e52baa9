/** The most that a probe's state takes in the record of a session, bytes. */
const MAX_SAVED_BYTES = 1024

/** A state as JSON has it, or undefined if that is longer than 1 KiB. */
export function asSaved(state: object): unknown {
  const text = JSON.stringify(state)
  return new TextEncoder().encode(text).length > MAX_SAVED_BYTES ? undefined : JSON.parse(text)
}

const MAX_CHARS = 40

/** A text from outside in quotes, for the message of an error; a long one is cut. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text)
}

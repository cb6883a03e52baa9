const MAX_CHARS = 40

/** A text from outside, for the message of an error; a long one is cut. */
export function shorten(text: string, maxChars: number = MAX_CHARS): string {
  return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text
}

/** A text from outside in quotes; a long one is cut. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text))
}

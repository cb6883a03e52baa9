const MAX_CHARS = 40

/** A client's text in quotes, for an error's detail; long text is cut. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text)
}

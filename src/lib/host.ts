/** Whether a request has a URL, and its `Host` is the host there: on Deno, `Host: a/b` would be part of the path. */
export function hasValidHost({ url, headers }: Pick<Request, 'url' | 'headers'>): boolean {
  return URL.canParse(url) && isValidHost(headers.get('host') ?? '')
}

/** Whether nothing in a `Host` ends the host of a URL or comes before it. */
export function isValidHost(host: string): boolean {
  return !/[\s/?#@\\]/.test(host)
}

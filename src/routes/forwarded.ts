/** What a proxy tells about the request that it received. */
export interface Forwarded {
  scheme?: string | undefined
  host?: string | undefined
}

/**
 * Reads the scheme and host from `X-Forwarded-Proto` and `X-Forwarded-Host`, and what they leave out from `Forwarded`
 * (RFC 7239). Behind several proxies the first value counts: it is from the one that the client reached.
 */
export function readForwarded(headers: Headers): Forwarded {
  const standard = readStandard(headers.get('forwarded') ?? '')
  const scheme = (first(headers.get('x-forwarded-proto')) ?? standard.get('proto'))?.toLowerCase()
  return {
    scheme: scheme === 'http' || scheme === 'https' ? scheme : undefined,
    host: first(headers.get('x-forwarded-host')) ?? standard.get('host'),
  }
}

function first(list: string | null): string | undefined {
  return list?.split(',', 1)[0]?.trim() || undefined
}

/** The parameters that the first proxy added. RFC 7239 section 4 */
function readStandard(forwarded: string): Map<string, string> {
  const [element = ''] = /^(?:[^",]|"[^"]*")*/.exec(forwarded) ?? []
  const pairs = element.matchAll(/(?:^|;)\s*(\w+)=(?:"([^"]*)"|([^\s";]+))/g)
  return new Map([...pairs].map(([, name = '', quoted, token]) => [name.toLowerCase(), quoted ?? token ?? '']))
}

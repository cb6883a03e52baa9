/** Members that are checked elsewhere, against patterns that no token matches. */
const IDENTIFIERS: readonly string[] = ['id', 'media_id_string', 'media_key', 'state']

/** The account that pays for the API, as named in X's 402 and in its 403 about a spend cap: `account [1234567890]`. [seen] */
const ACCOUNT_IN_TEXT = /\b(account\s+)\[\d+\]/gi
const ACCOUNT_MEMBER = 'account_id'
const ACCOUNT_IN_JSON = /"account_id"\s*:\s*"?(\d+)/g

/**
 * Parses a response of X without what nobody but the server may see: the token, in case X echoes the request, and the ids
 * of the server's account. Undefined when the text is not JSON.
 */
export function parseRedacted(text: string, token: string): unknown {
  // Taken from the text: as numbers they would lose their last digits.
  const accountIds = [...text.matchAll(ACCOUNT_IN_JSON)].map(([, id = '']) => id)

  function redact(value: string): string {
    const withoutAccount = value.replaceAll(token, '[token]').replace(ACCOUNT_IN_TEXT, '$1[ID]')
    return accountIds.reduce((text, id) => text.replace(new RegExp(`(?<!\\d)${id}(?!\\d)`, 'g'), 'ID'), withoutAccount)
  }

  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === ACCOUNT_MEMBER) return undefined
      return typeof value === 'string' && !IDENTIFIERS.includes(key) ? redact(value) : value
    })
  } catch {
    return undefined
  }
}

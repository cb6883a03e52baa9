const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64Url = (text: string) => Buffer.from(text).toString('base64url')
const percentEncoded = (text: string) => text.replace(/./gs, (char) => `%${char.charCodeAt(0).toString(16)}`)
const characterReferences = (text: string) => text.replace(/./gs, (char) => `&#${char.charCodeAt(0)};`)
const unicodeEscapes = (text: string) => text.replace(/./gs, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)

/** What of a text is the same wherever its base64 is inside a longer one. */
function innerBase64(text: string, encode: (text: string) => string): string[] {
  return ['', 'a', 'aa'].map((before) =>
    encode(before + text)
      .replace(/=+$/, '')
      .slice(2 * before.length, -1),
  )
}

/** The forms in which a token could get out. */
function formsOf(token: string): string[] {
  const encoded = [encodeURIComponent(token), percentEncoded(token), Buffer.from(token).toString('hex')]
  const escaped = [characterReferences(token), token.replace(/\W/g, characterReferences), unicodeEscapes(token)]
  return [token, ...encoded, ...escaped, ...innerBase64(token, base64), ...innerBase64(token, base64Url)]
}

/** How X may echo a token. */
export const ECHOES: Readonly<Record<string, (token: string) => string>> = {
  'the token': (token) => token,
  'the header': (token) => `Bearer ${token}`,
  'the headers in JSON': (token) => JSON.stringify({ authorization: `Bearer ${token}`, accept: '*/*' }),
  base64: base64,
  'base64 of the header': (token) => base64(`Bearer ${token}`),
  base64url: base64Url,
  'URL-encoded': encodeURIComponent,
  'each character URL-encoded': percentEncoded,
  'a query': (token) => `https://api.x.com/2/media?${new URLSearchParams({ access_token: token })}`,
  'as HTML character references': characterReferences,
  'in HTML': (token) => token.replace(/\W/g, characterReferences),
  'as Unicode escapes': unicodeEscapes,
  hexadecimal: (token) => Buffer.from(token).toString('hex'),
}

/** Which forms of a token a text contains. */
export function foundForms(text: string, token: string): string[] {
  const lowerCase = text.toLowerCase()
  // Texts are told in JSON, which escapes backslashes.
  return formsOf(token).filter((form) =>
    [form, form.replaceAll('\\', '\\\\')].some((shown) => lowerCase.includes(shown.toLowerCase())),
  )
}

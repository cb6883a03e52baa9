/** Filters a text of X's: words and short numbers remain. Undefined when the text contains a part of the token, in any encoding. */
export type TextFilter = (text: string) => string | undefined

export interface TextFilterOptions {
  /** The token that X was sent, and may echo. Empty: none. */
  token: string
  /** Ids of the server's account, if they are known. */
  accountIds?: readonly string[]
  /** The longest number that remains, in digits. Default 9: sizes of files have fewer, and most ids have more. */
  maxDigits?: number
}

/** The longest text that remains, in characters. */
const MAX_CHARACTERS = 500

/** Tokens shorter than this are ordinary words. Of longer ones, this many characters in a row are too many. */
const MIN_SECRET_CHARACTERS = 8

/** A word of ASCII letters alone is never longer, and one with digits, such as `mp4`, is never longer than the other. */
const MAX_WORD_CHARACTERS = 30
const MAX_MIXED_CHARACTERS = 8

/** What stands for a number that may be an id, and for anything else that is no word. */
const ID = 'ID'
const LEFT_OUT = '…'

/** Characters as URLs, HTML and JavaScript encode them, URLs also more than once. */
const ENCODED = /(?:%(?:25)*[\da-f]{2}|&#x?[\da-f]+;|\\u[\da-f]{4}|\\x[\da-f]{2})+/gi

/** As X names the account that pays, in its 402 and 403: `account [1234567890]`. [seen] */
const ACCOUNT_IN_TEXT = /\b(account\s+)\[\d+\]/gi

export function createTextFilter({ token, accountIds = [], maxDigits = 9 }: TextFilterOptions): TextFilter {
  // Most answers have no text.
  let search: ReturnType<typeof createSearch> | undefined

  function contains(text: string): boolean {
    if (token === '') return false
    search ??= createSearch(token)
    return search(text)
  }

  function filterWord(word: string): string {
    if (/^\d+$/.test(word)) return word.length > maxDigits || accountIds.includes(word) ? ID : word
    const isAscii = /^[a-z\d]+$/i.test(word)
    const maxCharacters = /\d/.test(word) ? MAX_MIXED_CHARACTERS : MAX_WORD_CHARACTERS
    return isAscii && word.length > maxCharacters ? LEFT_OUT : word
  }

  return function filterText(text) {
    // Encoding may have changed only what is no letter or digit, which the search ignores.
    if (contains(text) || contains(text.replace(ENCODED, ''))) return undefined
    const filtered = text
      // Control characters could reach logs and terminals.
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .replace(ACCOUNT_IN_TEXT, `$1[${ID}]`)
      .replace(ENCODED, LEFT_OUT)
      .replace(/[\p{L}\p{N}]+/gu, filterWord)
    return filtered.length > MAX_CHARACTERS ? `${filtered.slice(0, MAX_CHARACTERS)}…` : filtered
  }
}

/** Finds a part of a token in a text: as it is, URL-encoded, or in base64. Other encodings are no words: the filter drops them. */
function createSearch(token: string): (text: string) => boolean {
  const inBase64 = ['', 'a', 'aa'].map((before) => {
    // Only the characters that do not depend on what surrounds the token.
    const encoded = btoa(before + token).replace(/=+$/, '')
    return encoded.slice(2 * before.length, -1)
  })
  const forms = [token, encodeURIComponent(token), ...inBase64]
  const parts = new Set(forms.flatMap((form) => partsOf(lettersAndDigits(form))))
  // What is left of a short token, or of one with few letters and digits, is searched for as a whole.
  const wholes = forms.filter((form) => lettersAndDigits(form).length < MIN_SECRET_CHARACTERS)
  return (text) =>
    partsOf(lettersAndDigits(text)).some((part) => parts.has(part)) ||
    wholes.some((whole) => containsWhole(text, whole))
}

/** Every `MIN_SECRET_CHARACTERS` characters in a row. */
function partsOf(text: string): string[] {
  const count = Math.max(0, text.length - MIN_SECRET_CHARACTERS + 1)
  return Array.from({ length: count }, (_, start) => text.slice(start, start + MIN_SECRET_CHARACTERS))
}

function containsWhole(text: string, secret: string): boolean {
  if (secret.length >= MIN_SECRET_CHARACTERS) return text.includes(secret)
  return text.split(/[^\w\-.~+/=]+/).includes(secret)
}

/** Without what encodings and line breaks change, and with wide letters as ordinary ones. */
function lettersAndDigits(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '')
}

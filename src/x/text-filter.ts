/** Filters a text of X's: words and short numbers remain. Undefined when the text contains the token, in any encoding. */
export type TextFilter = (text: string) => string | undefined

export interface TextFilterOptions {
  /** The token that X was sent, and may echo. */
  token: string
  /** Ids of the server's account, if they are known. */
  accountIds?: readonly string[]
  /** The longest number that remains, in digits. Default 9: sizes of files have fewer, and most ids have more. */
  maxDigits?: number
}

/** The longest text that remains, in characters. */
const MAX_CHARACTERS = 500

/** Tokens shorter than this are ordinary words. */
const MIN_SECRET_CHARACTERS = 8

/** A word of ASCII letters alone is never longer, and one with digits, such as `mp4`, is never longer than the other. */
const MAX_WORD_CHARACTERS = 30
const MAX_MIXED_CHARACTERS = 8

/** What stands for a number that may be an id, and for anything else that is no word. */
const ID = 'ID'
const LEFT_OUT = '…'

/** Characters as URLs, HTML and JavaScript encode them. */
const ENCODED = /(?:%[\da-f]{2}|&#x?[\da-f]+;|\\u[\da-f]{4}|\\x[\da-f]{2})+/gi

/** As X names the account that pays, in its 402 and 403: `account [1234567890]`. [seen] */
const ACCOUNT_IN_TEXT = /\b(account\s+)\[\d+\]/gi

export function createTextFilter({ token, accountIds = [], maxDigits = 9 }: TextFilterOptions): TextFilter {
  const contains = createSearch(token)

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

/** Finds a token in a text: as it is, URL-encoded, or in base64. Other encodings are no words, so the filter drops them. */
function createSearch(token: string): (text: string) => boolean {
  const inBase64 = ['', 'a', 'aa'].map((before) => {
    // Only the characters that do not depend on what surrounds the token.
    const encoded = btoa(before + token).replace(/=+$/, '')
    return encoded.slice(2 * before.length, -1)
  })
  const searches = [token, encodeURIComponent(token), ...inBase64].map(createExactSearch)
  return (text) => searches.some((contains) => contains(text))
}

/** Ignores what is no letter or digit, because that is what encodings and line breaks change. */
function createExactSearch(secret: string): (text: string) => boolean {
  const letters = lettersAndDigits(secret)
  if (letters.length >= MIN_SECRET_CHARACTERS) return (text) => lettersAndDigits(text).includes(letters)
  if (secret.length >= MIN_SECRET_CHARACTERS) return (text) => text.includes(secret)
  return (text) => text.split(/[^\w\-.~+/=]+/).includes(secret)
}

function lettersAndDigits(text: string): string {
  return text.toLowerCase().replace(/[^a-z\d]+/g, '')
}

/** The descriptions that people have written, for after a reload. */

const ALT_TEXTS = 'draft-alt-texts'

/** What tells a file from the others. */
interface NamedFile {
  name: string | undefined
  size: number
}

const restored: Record<string, string> = JSON.parse(sessionStorage.getItem(ALT_TEXTS) ?? '{}')

const keyOf = ({ name, size }: NamedFile) => `${name} ${size}`

export function draftedAltText(file: NamedFile): string {
  return restored[keyOf(file)] ?? ''
}

/** Keeps the descriptions of these files alone. */
export function draftAltTexts(files: readonly (NamedFile & { altText: string })[]): void {
  const texts = files.filter(({ altText }) => altText !== '').map((file) => [keyOf(file), file.altText])
  sessionStorage.setItem(ALT_TEXTS, JSON.stringify(Object.fromEntries(texts)))
}

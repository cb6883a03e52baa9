/** The number of characters in a text, as JSON Schema and X count them: Unicode code points. An emoji is often one of them. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

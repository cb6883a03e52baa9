import type { Violation } from '../../media-facts.ts'
import type { MediaCategory } from '../../x/limits.ts'
import { GIFS, IMAGES } from './categories.ts'

/** What is wrong with a picture that has no alternative text. X takes none for videos and subtitles. */
export function missingAltText(category: MediaCategory): Violation | undefined {
  if (!IMAGES.includes(category) && !GIFS.includes(category)) return undefined
  return {
    rule: 'alt_text_missing',
    actual: 0,
    limit: 1,
    source: 'https://www.w3.org/TR/WCAG22/#non-text-content',
    detail: 'The image has no alternative text. Send `alt_text`, which describes it to people who cannot see it.',
  }
}

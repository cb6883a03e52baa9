import type { IncomingFile } from '../../ingress/media-check.ts'
import type { MediaFacts } from '../../media-facts.ts'
import type { MediaCategory } from '../../x/limits.ts'
import { GIFS, IMAGES } from '../rules/categories.ts'
import { judge } from '../rules/judge.ts'
import type { MediaRulesSettings } from '../rules/media-rules.ts'
import type { ImageInMemory } from './image-in-memory.ts'

export interface NeedsOptions extends Pick<MediaRulesSettings, 'account' | 'rules' | 'transformWhen'> {
  limitFor(categories: readonly MediaCategory[]): number
}

/** Tells which images must be transformed. */
export interface Needs {
  /** Whether an image of which only the head is known may turn out to need it. If not, it need not be held in memory. */
  mayBeNeeded(facts: MediaFacts, file: IncomingFile): boolean
  /** Whether a whole image needs it. */
  isNeeded(facts: MediaFacts, image: ImageInMemory): boolean
}

export function createNeeds({ account, rules, transformWhen, limitFor }: NeedsOptions): Needs {
  const isAlways = ({ container }: MediaFacts) =>
    transformWhen === 'always' || container === 'heic' || container === 'avif'

  return {
    mayBeNeeded(facts, { declared, totalBytes, maxTotalBytes }) {
      const { category: declaredCategory } = declared()
      const mostBytes = totalBytes ?? maxTotalBytes ?? Number.POSITIVE_INFINITY
      const categories = declaredCategory ? [declaredCategory] : categoriesOf(facts)
      return (
        isAlways(facts) ||
        categories.some((category) => !(mostBytes <= limitFor([category]))) ||
        rules.some(
          (rule) => rule.verdict !== 'warn' && categories.some((category) => rule.categories.includes(category)),
        )
      )
    },
    isNeeded(facts, { declared, bytes: { length: bytes } }) {
      const category = declared.category ?? (isAnimatedGif(facts) ? 'tweet_gif' : 'tweet_image')
      return (
        isAlways(facts) ||
        !(bytes <= limitFor([category])) ||
        judge(facts, { rules, account, onViolation: 'refuse', category, bytes }).violations.length > 0
      )
    },
  }
}

/** Those that the file may have. A field of a form may name one that comes after the file. */
function categoriesOf({ container }: MediaFacts): readonly MediaCategory[] {
  return container === 'gif' ? [...IMAGES, ...GIFS] : IMAGES
}

function isAnimatedGif({ container, animated }: MediaFacts): boolean {
  return container === 'gif' && animated !== false
}

import { XMediaError } from '../errors.ts'
import { parseJson } from '../lib/parse-json.ts'
import { duplicateField, type FormField } from './multipart-section.ts'
import { mergeParameters, readParameters } from './upload-parameters.ts'

/** The alternative texts of a form, in the order of its files. */
export interface AltTexts {
  /** Takes those among the fields of a section, once. */
  add(section: { fields: readonly FormField[] }): void
  /** The text for a file, as far as the form has been read. Throws `invalid_parameter` if X would refuse it. */
  of(index: number): string | undefined
  /**
   * Throws `invalid_parameter` if the first text differs from the query's, or if there are more texts than files.
   *
   * @param files How many the form has. Undefined: it has not ended.
   */
  check(files: number | undefined): void
}

/** @param inQuery The text in the query, which is the first file's. */
export function createAltTexts(inQuery: string | undefined): AltTexts {
  const texts: string[] = []
  const taken = new Set<readonly FormField[]>()

  return {
    add({ fields }) {
      if (taken.has(fields)) return
      taken.add(fields)
      for (const [name, value] of fields) if (isAltText(name)) texts.push(...textsIn(value))
    },
    of(index) {
      const { alt_text: text } = readParameters({ alt_text: texts[index] ?? '' })
      return text ?? (index === 0 ? inQuery : undefined)
    },
    check(files = Infinity) {
      const [first = ''] = texts
      if (inQuery !== undefined && first !== '') mergeParameters({ alt_text: inQuery }, { alt_text: first })
      const count = texts.findLastIndex((text) => text !== '') + 1
      if (count <= files) return
      if (files === 1) throw duplicateField('alt_text')
      throw new XMediaError(
        'invalid_parameter',
        `The form has ${count} alternative texts for ${files} files. Send one for each file.`,
      )
    },
  }
}

export function isAltText(name: string): boolean {
  return name === 'alt_text'
}

/** A field has one text, or a JSON array of them. */
function textsIn(value: string): string[] {
  const list = value.startsWith('[') ? parseJson(value) : undefined
  return isTexts(list) ? list : [value]
}

function isTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((text) => typeof text === 'string')
}

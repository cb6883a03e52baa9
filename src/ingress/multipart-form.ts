import type { ByteReader } from './byte-reader.ts'
import { createDelimiterSearch, type DelimiterSearch } from './multipart-delimiter.ts'
import { createFileReader } from './multipart-file-reader.ts'
import { readBoundary } from './multipart-headers.ts'
import type { Part } from './multipart-parts.ts'
import {
  DELIMITER_BYTES,
  type FormField,
  type FormRules,
  type FoundFile,
  readSection,
  type SectionStart,
} from './multipart-section.ts'

/**
 * A section of a `multipart/form-data` body (RFC 7578): the parts up to a file, or up to the end of the form. A form has one
 * section more than it has files.
 */
export interface FormSection {
  /** All parts but the file. */
  parts: readonly Part[]
  /** The names and values of those that are fields, in the form's order. */
  fields: readonly FormField[]
  /** The file after these parts; undefined in the last section. */
  file: FormFile | undefined
  /** Bytes after the closing delimiter, in the last section. Known only if a file comes before it. */
  epilogueBytes: number
}

/** A file of a form. */
export interface FormFile {
  boundary: string
  mediaType: string | null
  /** Bytes of the body before the file, and of the delimiter after it. */
  aroundBytes: number
  body: ByteReader
  /** The section after the file; call this when `body` has ended. */
  rest: () => FormSection
}

interface OpenForm {
  body: ByteReader
  boundary: string
  delimiter: DelimiterSearch
  rules: FormRules
}

/** Reads a form as far as its first file. The `body` of each file reads on to the next one, or to the end of the form. */
export async function readForm(contentType: string, body: ByteReader, rules: FormRules): Promise<FormSection> {
  const boundary = readBoundary(contentType)
  const form = { body, boundary, delimiter: createDelimiterSearch(boundary), rules }
  return await openSection(form, { bytes: new Uint8Array(0), offset: 0, isAfterFile: false })
}

async function openSection(form: OpenForm, start: SectionStart): Promise<FormSection> {
  const { file, ...section } = await readSection(form, start)
  return { ...section, file: file && openFile(form, file) }
}

function openFile(form: OpenForm, { mediaType, offset, firstBytes }: FoundFile): FormFile {
  const { boundary, delimiter } = form
  let rest: FormSection | undefined
  return {
    boundary,
    mediaType,
    aroundBytes: offset + DELIMITER_BYTES + boundary.length,
    body: createFileReader(form.body, {
      firstBytes,
      delimiter,
      async onEnd(trailing, fileBytes) {
        rest = await openSection(form, { bytes: trailing, offset: offset + fileBytes, isAfterFile: true })
      },
    }),
    rest() {
      if (rest === undefined) throw new TypeError('The file has not been read to its end')
      return rest
    },
  }
}

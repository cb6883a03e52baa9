import { XMediaError } from '../errors.ts'
import { type AltTexts, createAltTexts, isAltText } from './alt-texts.ts'
import type { ByteReader } from './byte-reader.ts'
import { createDetachedReader } from './detached-reader.ts'
import { moreFilesThan } from './files-together.ts'
import { checkFileLength, declaredLengths } from './lengths.ts'
import { createCheckedReader, type FileSize, type FormRequest, sizeOf } from './multipart-file-check.ts'
import { type FormFile, type FormSection, readForm } from './multipart-form.ts'
import type { Part } from './multipart-parts.ts'
import { duplicateField, uniqueFields } from './multipart-section.ts'
import {
  isParameter,
  mergeParameters,
  readParameters,
  refuseLookalikes,
  type UploadParameters,
} from './upload-parameters.ts'

/** A request that uploads files. */
export interface UploadRequest extends FormRequest {
  /** The parameters in the query. */
  parameters: UploadParameters
  /** The most files in a form. */
  maxFiles: number
  /** The largest image that is held in memory to find out its size, bytes. */
  holdBytes: number
}

/** A file in such a request, before its size is checked. */
export interface IncomingFile {
  /** Its place among the files of the request, from 0. */
  index: number
  /** Whether it comes in a form. */
  isForm: boolean
  /** Undefined: the file must fit into one segment, and its bytes are counted. */
  totalBytes: number | undefined
  /** The most bytes it can have, when `totalBytes` is undefined. Undefined: one segment. */
  maxTotalBytes?: number | undefined
  /** Yields the file only, without the form around it. */
  body: ByteReader
  /** The parameters from the query and from the form. Those after the file are known once `body` has ended. */
  parameters(): UploadParameters
  /** The media type that the file has by itself; null for none. The parameter `media_type` overrides it. */
  mediaType: string | null
  /** Whether the file ends before X hears of it, so that fields after it count. */
  isWhole(): boolean
  /**
   * Leaves a size open that is only inferred, because another file may follow. The function that it returns takes the
   * inferred one after all. Undefined when the size is known, or not needed.
   */
  leaveSizeOpen?: (() => () => number | undefined) | undefined
}

/**
 * Opens the next file. Throws what is wrong with it.
 *
 * @param checkEnd Called when the file has ended, with the section after it; throws to refuse the file.
 */
export type OpenFile = (checkEnd: (rest: FormSection) => void) => IncomingFile

/** What the files of a form share. */
interface FormState {
  request: UploadRequest
  altTexts: AltTexts
  /** Parameters that came before an earlier file. */
  inherited: UploadParameters
}

/**
 * Reads the files of a `multipart/form-data` body, one after the other: parameters as fields, and files. When a file is
 * left before its end, the rest of it is skipped; if that takes too long, it was the last one.
 */
export async function* readFormFiles(request: UploadRequest): AsyncGenerator<OpenFile, void, void> {
  const { headers, body, maxFiles } = request
  const form = { request, altTexts: createAltTexts(request.parameters.alt_text), inherited: {} }
  let section = await readForm(headers.get('content-type') ?? '', body, { isFile, isField })
  if (section.file === undefined) {
    throw new XMediaError('file_missing', 'No file in the form. Send it as the last part, with a filename.')
  }
  for (let index = 0; section.file; index++) {
    const { file, ...before } = section
    if (index === maxFiles) {
      yield () => {
        throw moreFilesThan(maxFiles)
      }
      return
    }
    const detached = createDetachedReader(file.body)
    form.altTexts.add(before)
    yield (checkEnd) => openFile({ ...file, body: detached }, { ...before, index }, form, checkEnd)
    if (!(await detached.skip())) return
    section = file.rest()
  }
}

function openFile(
  file: FormFile,
  before: Pick<FormSection, 'parts' | 'fields'> & Pick<IncomingFile, 'index'>,
  form: FormState,
  checkEnd: (rest: FormSection) => void,
): IncomingFile {
  const { request, altTexts } = form
  const { index } = before
  const inQuery = parametersOf(request.parameters, index)
  refuseLookalikeFields(before.parts)
  let fields = { ...form.inherited, ...readFields(before) }
  form.inherited = withoutSize(fields)

  function parameters(): UploadParameters {
    const altText = altTexts.of(index)
    return { ...mergeParameters(inQuery, fields), ...(altText === undefined ? {} : { alt_text: altText }) }
  }

  function lengths() {
    const declared = declaredLengths(request.headers, parameters().total_bytes)
    return index === 0 ? declared : { ...declared, uploadLength: undefined }
  }

  const inferred = sizeOf(file, request, lengths())
  let size: FileSize = inferred
  const isWhole = () => size.totalBytes === undefined
  const isUnsure = inferred.isInferred ? !isWhole() : inferred.maxTotalBytes === undefined

  function onEnd(fileBytes: number, rest: FormSection): void {
    altTexts.add(rest)
    altTexts.check(rest.file ? undefined : index + 1)
    if (!rest.file) fields = { ...fields, ...readLateFields(rest, { before, mayCount: isWhole() && index === 0 }) }
    checkEnd(rest)
    if (isWhole()) checkFileLength(lengths(), fileBytes)
  }

  return {
    index,
    isForm: true,
    totalBytes: size.totalBytes,
    maxTotalBytes: size.maxTotalBytes,
    body: createCheckedReader(file, () => size, onEnd),
    parameters,
    mediaType: file.mediaType,
    isWhole,
    leaveSizeOpen: isUnsure ? leaveSizeOpen : undefined,
  }

  function leaveSizeOpen() {
    size = { ...inferred, totalBytes: undefined, isInferred: false }
    return () => {
      size = inferred
      return inferred.totalBytes
    }
  }
}

/** The size in the query is the first file's; its other parameters are for all. */
function parametersOf({ alt_text: _, ...query }: UploadParameters, index: number): UploadParameters {
  return index === 0 ? query : withoutSize(query)
}

function withoutSize({ total_bytes: _, ...parameters }: UploadParameters): UploadParameters {
  return parameters
}

/** A parameter may have a filename too: `FormData` gives one to every `Blob`. */
function isFile({ name, hasFilename }: Part): boolean {
  return hasFilename && !isParameter(name)
}

function isField({ name }: Part): boolean {
  return isParameter(name)
}

/** The name of a file does not matter, whatever it looks like. */
function refuseLookalikeFields(parts: readonly Part[]): void {
  refuseLookalikes(parts.filter(({ hasFilename }) => !hasFilename).map(({ name }) => name))
}

/** The parameters of a section but the alternative text, which may be sent more than once. */
function readFields({ fields }: Pick<FormSection, 'fields'>): UploadParameters {
  return readParameters(uniqueFields(fields.filter(([name]) => !isAltText(name))))
}

interface LateFieldRules {
  /** The section before the file. */
  before: Pick<FormSection, 'fields'>
  /** Whether they still come in time. */
  mayCount: boolean
}

/** Reads the parameters after the last file. */
function readLateFields(rest: FormSection, { before, mayCount }: LateFieldRules): UploadParameters {
  refuseLookalikeFields(rest.parts)
  const twice = rest.fields.find(([name]) => !isAltText(name) && before.fields.some(([earlier]) => earlier === name))
  if (twice !== undefined) throw duplicateField(twice[0])
  const parameters = readFields(rest)
  const [tooLate] = mayCount ? [] : Object.keys(parameters)
  if (tooLate !== undefined) {
    throw new XMediaError('invalid_parameter', `\`${tooLate}\` arrived after the file. Send it before the file.`)
  }
  return parameters
}

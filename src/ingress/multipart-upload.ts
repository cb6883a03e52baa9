import { XMediaError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'
import { checkFileLength, declaredLengths } from './lengths.ts'
import { createCheckedReader, type FormRequest, sizeOf } from './multipart-file-check.ts'
import { duplicateField, type FormEnd, readForm } from './multipart-form.ts'
import type { Part } from './multipart-parts.ts'
import {
  isParameter,
  mergeParameters,
  readParameters,
  refuseLookalikes,
  type UploadParameters,
} from './upload-parameters.ts'

/** A request that uploads one file. */
export interface UploadRequest extends FormRequest {
  /** The parameters in the query. */
  parameters: UploadParameters
}

/** The file in such a request, before its size is checked. */
export interface IncomingFile {
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
}

/**
 * Reads a `multipart/form-data` body as far as its file: parameters as fields, and one file. The size of the file is
 * declared, or inferred from `Content-Length`; without both it is undefined.
 *
 * @param checkParameters Called when the body has ended, with all parameters; throws to refuse them.
 */
export async function readMultipart(
  request: UploadRequest,
  checkParameters: (parameters: UploadParameters) => void,
): Promise<IncomingFile> {
  const { headers, body } = request
  const form = await readForm(headers.get('content-type') ?? '', body, { isFile, isField })
  const { file } = form
  if (file === undefined) {
    throw new XMediaError('file_missing', 'No file in the form. Send it as the last part, with a filename.')
  }
  refuseLookalikeFields(form.parts)
  let parameters = mergeParameters(request.parameters, readParameters(form.fields))
  const size = sizeOf(file, request, parameters.total_bytes)
  const { totalBytes, maxTotalBytes } = size
  const isWhole = totalBytes === undefined
  return {
    totalBytes,
    maxTotalBytes,
    body: createCheckedReader(file, size, (fileBytes, end) => {
      parameters = mergeParameters(parameters, readLateParameters(end, { before: form.fields, isWhole }))
      checkParameters(parameters)
      if (isWhole) checkFileLength(declaredLengths(headers, parameters.total_bytes), fileBytes)
    }),
    parameters: () => parameters,
    mediaType: file.mediaType,
  }
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

/**
 * Reads the parameters after the file. Alternative text is set after FINALIZE, so it always comes in time. INIT waits for
 * the others only if the form ends within the first segment.
 */
function readLateParameters(
  { parts, fields }: FormEnd,
  { before, isWhole }: { before: Readonly<Record<string, string>>; isWhole: boolean },
): UploadParameters {
  if (parts.some(isFile)) {
    throw new XMediaError('too_many_files', 'The form has more than one file. Send each in a request of its own.')
  }
  refuseLookalikeFields(parts)
  const twice = Object.keys(fields).find((name) => Object.hasOwn(before, name))
  if (twice !== undefined) throw duplicateField(twice)
  const parameters = readParameters(fields)
  const tooLate = Object.keys(parameters).find((name) => name !== 'alt_text')
  if (tooLate !== undefined && !isWhole) {
    throw new XMediaError('invalid_parameter', `\`${tooLate}\` arrived after the file. Send it before the file.`)
  }
  return parameters
}

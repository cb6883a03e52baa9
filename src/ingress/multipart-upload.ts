import { XMediaError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'
import { declaredLengths, type FileLength, multipartFileLength } from './lengths.ts'
import { type CheckedMedia, checkMedia } from './media-type.ts'
import { readForm } from './multipart-form.ts'
import type { Part } from './multipart-parts.ts'
import { isParameter, mergeParameters, readParameters, type UploadParameters } from './upload-parameters.ts'

/** A request that uploads one file. */
export interface UploadRequest {
  headers: Headers
  /** The parameters in the query. */
  parameters: UploadParameters
  body: ByteReader
}

/** The file in such a request, before its size is checked. */
export interface IncomingFile extends CheckedMedia, FileLength {
  /** Yields the file only, without the form around it. */
  body: ByteReader
  /** The parameters from the query and from the fields before the file. */
  parameters: UploadParameters
}

/**
 * Reads a `multipart/form-data` body as far as its file: parameters as fields, then one file. The size of the file is
 * declared, or inferred from `Content-Length`; without both it is undefined.
 */
export async function readMultipart(request: UploadRequest): Promise<IncomingFile> {
  const { headers, body } = request
  const rules = { isFile: isUploadedFile, isField: isParameter, onTrailingParts: refuseParametersAndFiles }
  const { fields, file } = await readForm(headers.get('content-type') ?? '', body, rules)
  if (file === undefined) {
    throw new XMediaError('file_missing', 'No file in the form. Send it as the last part, with a filename.')
  }
  const parameters = mergeParameters(request.parameters, readParameters(fields))
  const media = checkMedia(parameters.media_type ?? file.mediaType, parameters.media_category)
  const length = multipartFileLength(declaredLengths(headers, parameters.total_bytes), file.aroundBytes)
  return { ...media, ...length, parameters, body: file.body }
}

/** A parameter may have a filename too: `FormData` gives one to every `Blob`. */
function isUploadedFile({ name, hasFilename }: Part): boolean {
  return hasFilename && !isParameter(name)
}

/** Unknown fields may follow the file; they are ignored. */
function refuseParametersAndFiles(parts: readonly Part[]): void {
  for (const { name, hasFilename } of parts) {
    if (isParameter(name)) {
      throw new XMediaError('invalid_parameter', `\`${name}\` arrived after the file. Send fields before the file.`)
    }
    if (hasFilename) {
      throw new XMediaError('too_many_files', 'The form has more than one file. Send each in a request of its own.')
    }
  }
}

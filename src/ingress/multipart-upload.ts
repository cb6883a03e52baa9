import { XMediaError } from '../errors.ts'
import { declaredLengths, fileLength } from './lengths.ts'
import { checkMedia } from './media-type.ts'
import { readForm } from './multipart-form.ts'
import type { Part } from './multipart-parts.ts'
import { isParameter, mergeParameters, readParameters } from './upload-parameters.ts'
import type { UploadBody, UploadRequest } from './upload-source.ts'

/**
 * A `multipart/form-data` body: fields that are parameters, then one file, whose size is declared or inferred from
 * `Content-Length`; without both it stays undefined.
 */
export async function readMultipart(request: UploadRequest): Promise<UploadBody> {
  const { headers, body } = request
  const rules = { isFile: isUploadedFile, isField: isParameter, onRest: refuseRest }
  const { fields, file } = await readForm(headers.get('content-type') ?? '', body, rules)
  if (file === undefined) {
    throw new XMediaError('file_missing', 'The body has no file: send it as the last part, with a filename.')
  }
  const parameters = mergeParameters(request.parameters, readParameters(fields))
  const media = checkMedia(parameters.media_type ?? file.mediaType, parameters.media_category)
  const length = fileLength(declaredLengths(headers, parameters.total_bytes), file.aroundBytes)
  return { ...media, ...length, parameters, body: file.body }
}

/** A parameter may come with a filename too: `FormData` gives every `Blob` one. */
function isUploadedFile({ name, isFile }: Part): boolean {
  return isFile && !isParameter(name)
}

/** Behind the file there may be fields that mean nothing here. */
function refuseRest(parts: readonly Part[]): void {
  for (const { name, isFile } of parts) {
    if (isParameter(name)) {
      throw new XMediaError('invalid_parameter', `The field ${name} comes behind the file; send it in front.`)
    }
    if (isFile) throw new XMediaError('too_many_files', 'The body has more than one file; send each on its own.')
  }
}

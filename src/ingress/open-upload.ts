import { XMediaError } from '../errors.ts'
import { possibleCategories } from './check-media.ts'
import { type FilesTogether, mayBePhoto } from './files-together.ts'
import { createImageHold } from './hold-image.ts'
import type { SourceTransform } from './media-check.ts'
import { readDeclaredMedia } from './media-type.ts'
import type { OpenFile, UploadRequest } from './multipart-upload.ts'
import { requestedParameters } from './upload-parameters.ts'
import { admitAndConsumeQuota, type UploadPolicy } from './upload-policy.ts'
import { emptyBody, type UploadSource } from './upload-source.ts'

export interface OpenUploadOptions {
  request: Pick<UploadRequest, 'subject' | 'holdBytes'>
  policy: UploadPolicy
  together: FilesTogether
}

/** Opens a file of a request, and checks what its headers and the fields before it say. */
export function openUpload(open: OpenFile, { request, policy, together }: OpenUploadOptions): UploadSource {
  const file = open((rest) => {
    together.checkNext(index, rest)
    policy.checkParameters(requested())
  })
  const { index, isForm, isWhole, body, maxTotalBytes } = file
  const { transform, beginInspection } = policy
  const { readDeclared = readDeclaredMedia, checkSize = policy.checkSize } = transform ?? {}
  const declared = () => {
    const { media_type: mediaType = file.mediaType, media_category: category } = file.parameters()
    return readDeclared(mediaType, category)
  }
  const requested = () => requestedParameters(file.parameters())
  const checkCategories: UploadPolicy['checkCategories'] = (categories) => {
    together.checkFile(index, categories)
    policy.checkCategories(categories)
  }

  const categories = possibleCategories(declared())
  together.checkFile(index, categories)
  // Only photos share a form, so for any other file the size that we inferred is right.
  const inferSize = mayBePhoto(categories) && !together.isAlone ? file.leaveSizeOpen?.() : undefined
  const totalBytes = inferSize ? undefined : file.totalBytes
  // Later than the type: a file that X does not take needs no length.
  if (!isForm && totalBytes === undefined) throw lengthRequired()
  policy.checkParameters(requested())
  // Without a size, the category may still follow the file.
  if (totalBytes !== undefined) {
    policy.checkCategories(categories)
    checkSize(totalBytes, categories)
  }
  if ((totalBytes ?? maxTotalBytes) === 0) throw emptyBody()
  const holdImage = inferSize && createImageHold({ ...request, inferSize })
  return {
    ...{ declared, totalBytes, maxTotalBytes, body, requested },
    altText: () => requested().altText,
    async admit(start, signal, inspection) {
      // A whole file has ended by now, and the fields after it are known.
      const known = { ...requested(), altTextMayFollow: isForm && !isWhole() }
      return await admitAndConsumeQuota(known, { ...policy, checkCategories })(start, signal, inspection)
    },
    beginInspection,
    prepare: inSequence(transform?.run, holdImage),
  }
}

type Prepare = SourceTransform['run']

/** Runs one step on what another one makes. */
function inSequence(first: Prepare | undefined, second: Prepare | undefined): Prepare | undefined {
  if (!first || !second) return first ?? second
  return async (file, call, memory) => await second(await first(file, call, memory), call, memory)
}

function lengthRequired(): XMediaError {
  const detail = 'X needs the size up front. Send Content-Length, or Upload-Length with a chunked body.'
  return new XMediaError('length_required', detail)
}

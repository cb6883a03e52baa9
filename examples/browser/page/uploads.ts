/** Starts the uploads of new files, and continues those from before a reload. */

import {
  type InterruptedUpload,
  type InterruptedUploadsOptions,
  interruptedUploads,
  type UploadMediaOptions,
  uploadAll,
  uploadMedia,
} from '../../../src/browser/index.ts'
import type { Attachment } from './attachment.ts'
import { type Attachments, whyFull } from './attachments.ts'
import { draftedFile, draftedPlace, isDraftOfOther } from './draft.ts'
import { type FileKind, FileRefused, type InspectedFile, inspectFile } from './inspect-file.ts'
import type { Trouble } from './trouble.ts'

export interface UploadsOptions {
  attachments: Attachments
  fetch: NonNullable<UploadMediaOptions['fetch']>
  /** Whose uploads they are. */
  user: string
  /** Whether the server makes pictures fit for X. */
  shrinksImages: boolean
  onRefused: (trouble: Trouble) => void
}

export interface Uploads {
  /** Adds those files to the post that it can have, in their order. */
  add(files: readonly File[]): Promise<void>
  /** Brings back the files of the post after a reload. */
  restore(): Promise<void>
}

interface AcceptedFile extends InspectedFile {
  file: File
}

export function createUploads({ attachments, fetch, user, shrinksImages, onRefused }: UploadsOptions): Uploads {
  const connection: InterruptedUploadsOptions = { endpoint: '/media', fetch, keepFinished: true }

  /** The server can only make a picture smaller that comes in one request. */
  function optionsFor(kind: FileKind): InterruptedUploadsOptions {
    return kind === 'picture' && shrinksImages ? { ...connection, plainBytes: Number.POSITIVE_INFINITY } : connection
  }

  async function inspect(file: File): Promise<AcceptedFile[]> {
    try {
      return [{ file, ...(await inspectFile(file, shrinksImages)) }]
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error
      onRefused({ message: error.message, code: error.code })
      return []
    }
  }

  /** Those of the files that the post has a place for. */
  function placeable(inspected: readonly AcceptedFile[]): AcceptedFile[] {
    const accepted: AcceptedFile[] = []
    for (const candidate of inspected) {
      const full = whyFull([...attachments.all, ...accepted], candidate.kind)
      if (full === undefined) accepted.push(candidate)
      else onRefused({ message: `${candidate.file.name} was not added. ${full}`, code: 'too_many_files' })
    }
    return accepted
  }

  function attach({ file, ...inspected }: AcceptedFile): Attachment {
    const { name, size } = file
    const altText = draftedFile({ name, size })?.altText ?? ''
    return attachments.add({
      ...{ name, size, file, ...inspected, altText },
      start: (callbacks) => uploadMedia(file, { ...optionsFor(inspected.kind), ...callbacks }),
    })
  }

  async function add(files: readonly File[]): Promise<void> {
    const inspected = await Promise.all(files.map(inspect))
    const accepted = placeable(inspected.flat())
    const [first] = accepted
    if (!first) return
    const added = accepted.map(attach)
    const all = uploadAll(
      accepted.map(({ file }) => file),
      {
        ...optionsFor(first.kind),
        onProgress: (progress, index) => added[index]?.report(progress),
        onWarning: (warning, index) => added[index]?.warn(warning),
      },
    )
    // Each attachment tells of its own failure.
    all.catch(() => {})
    for (const [index, upload] of all.uploads.entries()) added[index]?.follow(upload)
  }

  async function continueUpload(interrupted: InterruptedUpload): Promise<void> {
    const { name = 'Untitled', size, needsFile } = interrupted
    const file = await interrupted.file()
    // A file that is too large to keep is a video.
    const { kind = needsFile ? 'video' : 'picture', altText = '' } = draftedFile({ name, size }) ?? {}
    const { plainBytes } = optionsFor(kind)
    const attachment = attachments.add({
      ...{ name, size, kind, file, needsFile, altText },
      start: (callbacks, chosen) =>
        interrupted.resume({ ...callbacks, ...(chosen && { file: chosen }), ...(plainBytes && { plainBytes }) }),
      discard: () => void interrupted.discard(),
    })
    if (!needsFile) attachment.begin()
  }

  /** Uploads a file again from the account that posts now. */
  async function startAnew(interrupted: InterruptedUpload): Promise<void> {
    const file = await interrupted.file()
    await interrupted.discard()
    if (file instanceof File) await add([file])
  }

  return {
    add,
    async restore() {
      const place = ({ name = '', size }: InterruptedUpload) => draftedPlace({ name, size })
      // The others are another tab's.
      const found = (await interruptedUploads(connection)).filter((upload) => place(upload) >= 0)
      const restoreOne = isDraftOfOther(user) ? startAnew : continueUpload
      for (const interrupted of found.sort((one, other) => place(one) - place(other))) await restoreOne(interrupted)
    },
  }
}

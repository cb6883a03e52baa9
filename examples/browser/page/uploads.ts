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

const LIST = new Intl.ListFormat('en')

export function createUploads({ attachments, fetch, user, shrinksImages, onRefused }: UploadsOptions): Uploads {
  const connection: InterruptedUploadsOptions = { endpoint: '/media', fetch, keepFinished: true }

  /** The server can only make a picture smaller that comes in one request. */
  function optionsFor(kind: FileKind): InterruptedUploadsOptions {
    return kind === 'picture' && shrinksImages ? { ...connection, plainBytes: Number.POSITIVE_INFINITY } : connection
  }

  async function inspect(file: File): Promise<AcceptedFile | FileRefused> {
    try {
      return { file, ...(await inspectFile(file, shrinksImages)) }
    } catch (error) {
      if (error instanceof FileRefused) return error
      throw error
    }
  }

  /** Those of the files that the post can have. Refuses the others together, so that the page names them all. */
  function accept(inspected: readonly (AcceptedFile | FileRefused)[]): AcceptedFile[] {
    const accepted: AcceptedFile[] = []
    const refused: Trouble[] = []
    const withoutPlace = new Map<string, string[]>()
    for (const candidate of inspected) {
      if (candidate instanceof FileRefused) {
        refused.push(candidate)
        continue
      }
      const full = whyFull([...attachments.all, ...accepted], candidate.kind)
      if (full === undefined) accepted.push(candidate)
      else withoutPlace.set(full, [...(withoutPlace.get(full) ?? []), candidate.file.name])
    }
    for (const [why, names] of withoutPlace) {
      const were = names.length === 1 ? 'was' : 'were'
      refused.push({ message: `${LIST.format(names)} ${were} not added. ${why}`, code: 'too_many_files' })
    }
    if (refused.length > 0) onRefused(together(refused))
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
    const accepted = accept(await Promise.all(files.map(inspect)))
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

function together(all: readonly Trouble[]): Trouble {
  return {
    message: all.map(({ message }) => message).join(' '),
    code: [...new Set(all.map(({ code }) => code))].join(', '),
  }
}

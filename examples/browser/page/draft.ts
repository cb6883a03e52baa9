/** What a reload must not lose beside the uploads, which `hono-x-media/browser` remembers. */

import type { Attachment } from './attachment.ts'
import type { FileKind } from './inspect-file.ts'

const DRAFT = 'draft-files'

/** What tells a file from the others. */
interface NamedFile {
  name: string
  size: number
}

/** What the draft says about a file. */
export interface DraftedFile extends NamedFile {
  kind: FileKind
  altText: string
}

interface Draft {
  /** Who wrote it. */
  user: string
  /** In the order of the post. */
  files: DraftedFile[]
}

const restored: Partial<Draft> = JSON.parse(localStorage.getItem(DRAFT) ?? '{}')

/** Whether somebody else wrote the draft: X does not let them use each other's media. */
export function isDraftOfOther(user: string): boolean {
  return restored.user !== undefined && restored.user !== user
}

/** What the draft from before a reload says about a file. */
export function draftedFile({ name, size }: NamedFile): DraftedFile | undefined {
  return restored.files?.find((file) => file.name === name && file.size === size)
}

/** The place of a file in the post before a reload; -1 if the draft does not know it. */
export function draftedPlace(file: NamedFile): number {
  const drafted = draftedFile(file)
  return drafted && restored.files ? restored.files.indexOf(drafted) : -1
}

export function saveDraft(user: string, attachments: readonly Attachment[]): void {
  const files = attachments.map(({ name, size, kind, altText }) => ({ name, size, kind, altText }))
  localStorage.setItem(DRAFT, JSON.stringify({ user, files } satisfies Draft))
}

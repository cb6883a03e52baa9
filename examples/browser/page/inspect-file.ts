/** Looks at a file before its upload, by the rules that the server has too. */

import { XMediaError } from '../../../src/index.ts'
import { type MediaFacts, mediaRules } from '../../../src/media/index.ts'

/** What a post may have: up to four pictures, or one of the others. */
export type FileKind = 'picture' | 'GIF' | 'video'

/** What is known about a file before its upload. */
export interface InspectedFile {
  kind: FileKind
  facts: MediaFacts | undefined
  /** Why X may not take the file. */
  warnings: readonly string[]
}

/** Why a file is not even uploaded. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Bytes to look at: as many as the server looks at before INIT. */
const FIRST_BYTES = 4 * 1024 * 1024

const CATEGORIES = { picture: 'tweet_image', GIF: 'tweet_gif', video: 'tweet_video' } as const

/** X's limit for pictures. https://docs.x.com/x-api/media/quickstart/best-practices */
const MAX_PICTURE_BYTES = 5 * 1024 * 1024

const rules = mediaRules({})

/** @param shrinksImages Whether the server makes pictures fit for X. Throws a `FileRefused` if X never takes such a file. */
export async function inspectFile(file: File, shrinksImages: boolean): Promise<InspectedFile> {
  const inspection = rules.begin({ offset: 0, totalBytes: file.size, segmentBytes: FIRST_BYTES }, () => {})
  inspection.push(new Uint8Array(await file.slice(0, FIRST_BYTES).arrayBuffer()))
  const { facts } = inspection.findings()
  const kind = kindOf(file, facts)
  if (file.size === 0) throw new FileRefused('empty_body', `${file.name} is empty.`)
  if (!kind) {
    throw new FileRefused('unsupported_media_type', `${file.name} is neither a picture, nor a GIF, nor a video.`)
  }
  // The rules are about the picture that the server makes of it.
  if (shrinksImages && kind === 'picture' && mayBeConverted(file, facts)) return { kind, facts, warnings: [] }
  try {
    inspection.judge({ category: CATEGORIES[kind], totalBytes: file.size, altTextMayFollow: true })
  } catch (error) {
    throw error instanceof XMediaError ? new FileRefused(error.code, `${file.name}: ${error.message}`) : error
  }
  const warnings = inspection.findings().warnings ?? []
  return { kind, facts, warnings: warnings.map(({ detail }) => detail) }
}

function mayBeConverted({ size }: File, facts: MediaFacts | undefined): boolean {
  return size > MAX_PICTURE_BYTES || facts?.container === 'heic' || facts?.container === 'avif'
}

function kindOf({ type }: File, facts: MediaFacts | undefined): FileKind | undefined {
  // Browsers may report no type for them.
  if (facts?.container === 'heic' || facts?.container === 'avif') return 'picture'
  if (facts?.container === 'gif' || type === 'image/gif') return facts?.animated === false ? 'picture' : 'GIF'
  if (facts?.video || type.startsWith('video/')) return 'video'
  // The server says which pictures X takes.
  return type.startsWith('image/') ? 'picture' : undefined
}

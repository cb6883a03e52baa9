import type { JudgedFile, MediaInspection } from '../ingress/media-check.ts'
import type { UploadSource } from '../ingress/upload-source.ts'

/** The check before FINALIZE, if there is an inspection. Rejects to refuse the file. */
export async function finishInspection(
  inspection: MediaInspection | undefined,
  { altText }: Pick<UploadSource, 'altText'>,
  { category, totalBytes }: Pick<JudgedFile, 'category' | 'totalBytes'>,
): Promise<void> {
  await inspection?.finish({ category, totalBytes, altText: altText?.(), altTextMayFollow: !altText })
}

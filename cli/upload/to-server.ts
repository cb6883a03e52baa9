import { type UploadStorage, uploadMedia } from '../../src/browser/index.ts'
import type { UploadFile } from './to-x.ts'

/** A mounted server, and how to sign in there. */
export interface UploadServer {
  url: string
  headers: Readonly<Record<string, string>>
  storage: UploadStorage
}

/** Uploads through a mounted server: in chunks where the file is large, so that an interrupted upload can continue. */
export function uploadToServer({ url, headers, storage }: UploadServer, note: (line: string) => void): UploadFile {
  return async function uploadFile({ file, altText, category }, show) {
    const { id } = await uploadMedia(file, {
      endpoint: url,
      headers,
      storage,
      // The file is on this machine anyway.
      keepFileBytes: 0,
      ...(altText !== undefined && { altText }),
      ...(category !== undefined && { category }),
      onProgress({ acknowledgedBytes, state, processingPercent, interruption }) {
        const processing = `X is processing it, ${processingPercent ?? 0} %`
        show(acknowledgedBytes, interruption?.message ?? (state === 'processing' ? processing : ''))
      },
      onWarning: ({ title, detail }) => note(`${file.name}: X has the file, but: ${detail ?? title}`),
    })
    return id
  }
}

/** A React hook for `hono-x-media/browser`. The upload ends with its component. */

import { useEffect, useRef, useState } from 'react'
import type { FinishedMedia, MediaUpload, UploadMediaOptions, UploadProgress } from '../../src/browser/index.ts'
import { uploadMedia } from '../../src/browser/index.ts'

/** What there is to show of an upload. Empty before `start`. */
interface Shown {
  /** Has `pause`, `resume`, `setAltText` and so on. */
  upload?: MediaUpload
  progress?: UploadProgress
  /** Set when X can use the media. */
  media?: FinishedMedia
  /** Usually an `XMediaUploadError`, whose `message` is for people. */
  error?: unknown
}

/** `start` uploads a file, in place of the one before. */
export function useUploadMedia(options: UploadMediaOptions): Shown & { start(file: Blob): void } {
  const [shown, setShown] = useState<Shown>({})
  const current = useRef<MediaUpload | null>(null)
  useEffect(() => () => current.current?.abort(), [])

  function start(file: Blob): void {
    current.current?.abort()
    const show = (changes: Shown) => {
      if (current.current === upload) setShown((before) => ({ ...before, ...changes }))
    }
    const upload = uploadMedia(file, { ...options, onProgress: (progress) => show({ progress }) })
    current.current = upload
    setShown({ upload })
    upload.then(
      (media) => show({ media }),
      (error: unknown) => show({ error }),
    )
  }

  return { ...shown, start }
}

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
  const end = () => {
    current.current?.abort()
    current.current = null
  }
  useEffect(() => end, [])

  function start(file: Blob): void {
    end()
    const show = (changes: Shown) => {
      if (current.current === upload) setShown((before) => ({ ...before, ...changes }))
    }
    const upload = uploadMedia(file, { ...options, onProgress: (progress) => show({ progress }) })
    current.current = upload
    setShown({ upload })
    upload.then((media) => show({ media })).catch((error: unknown) => show({ error }))
  }

  return { ...shown, start }
}

/** A React hook for `hono-x-media/browser`. The upload ends with its component. */

import { useEffect, useRef, useState } from 'react'
import {
  type FinishedMedia,
  type MediaUpload,
  type UploadMediaOptions,
  type UploadProgress,
  uploadMedia,
} from '../../src/browser/index.ts'

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

export interface UploadMediaHook extends Shown {
  /** Uploads a file, in place of the one before. */
  start(file: Blob): void
}

export function useUploadMedia(options: UploadMediaOptions): UploadMediaHook {
  const [shown, setShown] = useState<Shown>({})
  const current = useRef<MediaUpload | null>(null)
  useEffect(() => end, [])

  function end(): void {
    current.current?.abort()
    current.current = null
  }

  function start(file: Blob): void {
    end()
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

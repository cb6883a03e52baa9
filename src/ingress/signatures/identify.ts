import type { Finding, Recognizer } from './finding.ts'
import { recognizeByFewBytes, recognizeForeign } from './foreign.ts'
import { recognizeImage } from './images.ts'
import { recognizeIsoMedia } from './iso-media.ts'
import { recognizeMatroska } from './matroska.ts'
import { recognizeModel } from './models.ts'
import { recognizeSubtitles } from './subtitles.ts'
import { recognizeText } from './text.ts'
import { isTransportStream } from './transport-stream.ts'

/**
 * The surest come first. Text comes before formats it could be taken for: a box of MP4 may be named `free`, and the sync
 * byte of a transport stream is a G.
 */
const RECOGNIZERS: readonly Recognizer[] = [
  recognizeImage,
  recognizeModel,
  recognizeMatroska,
  recognizeSubtitles,
  recognizeText,
  recognizeIsoMedia,
  recognizeForeign,
  (head) => (isTransportStream(head) ? { mediaType: 'video/mp2t' } : undefined),
  recognizeByFewBytes,
]

/**
 * Says what a file is by its first bytes; undefined if they do not tell. The rest of the file may still be broken or
 * harmful. The work is linear in the number of bytes, whatever they are.
 *
 * We do this ourselves because it decides what X gets. We tried the best library, `file-type` 21.3, with whole files. It
 * calls rare HEIF images, protected music and audio-only MP4 `video/mp4`; it calls Apple's CgBI `image/png`; it does not
 * tell USDZ from other ZIP archives; and it does not know SRT, HTML or transport streams with packets of 204 bytes. It
 * would name more of the files we refuse, for 20 KB gzipped, but we name the kinds that people do send.
 *
 * @param head The file's first HEAD_BYTES, or all of a shorter file.
 */
export function identify(head: Uint8Array): Finding | undefined {
  for (const recognize of RECOGNIZERS) {
    const finding = recognize(head)
    if (finding) return finding
  }
  return undefined
}

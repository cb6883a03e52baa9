import type { MediaType } from '../../x/limits.ts'

/** What the first bytes of a file say: one of X's types, or a sentence on what else it is and what to do about it. */
export type Finding = { mediaType: MediaType; refusal?: undefined } | { mediaType?: undefined; refusal: string }

/** Recognizes one family of formats by a file's first bytes; undefined for every other file. */
export type Recognizer = (head: Uint8Array) => Finding | undefined

/** An image in a format that X does not take. `name` has its article: `a HEIC photo`. */
export function unsupportedImage(name: string, format: string): Finding {
  return { refusal: `This is ${name}; X does not take ${format}. Convert it to JPEG, PNG or WebP.` }
}

/** A video in a format that X does not take. */
export function unsupportedVideo(name: string, format: string): Finding {
  return { refusal: `This is ${name}; X does not take ${format}. Convert it to MP4.` }
}

/** Sound without a picture. */
export function unsupportedAudio(name: string): Finding {
  return { refusal: `This is ${name}; X does not take audio without a video.` }
}

/** A file that is no media at all. */
export function unsupportedFile(name: string): Finding {
  return { refusal: `This is ${name}. Send an image, a video, subtitles or a 3D model.` }
}

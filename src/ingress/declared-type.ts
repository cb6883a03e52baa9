import { quote } from '../lib/quote.ts'
import { MEDIA_TYPES, type MediaType } from '../x/limits.ts'

/**
 * Other names that clients send for X's types, in lower case.
 *
 * Sources: [iana] the registry of media types; [fdo] freedesktop.org's shared-mime-info, which Linux desktops use;
 * [mime-db] https://github.com/jshttp/mime-db; [win] the registry of Windows; [android] its MediaFile; [seen] bug reports
 * and lists of other upload servers.
 */
const ALIASES: ReadonlyMap<string, MediaType> = new Map([
  // Internet Explorer's names, which outlived it in scripts and libraries. [seen]
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['image/x-png', 'image/png'],
  // Internet Explorer with Citrix. [seen]
  ['image/x-citrix-jpeg', 'image/jpeg'],
  ['image/x-citrix-png', 'image/png'],
  // An animated PNG is a PNG too. [iana] https://www.w3.org/TR/png-3/#apng-frame-based-animation
  ['image/apng', 'image/png'],
  // [fdo] [mime-db]
  ['image/x-bmp', 'image/bmp'],
  ['image/x-ms-bmp', 'image/bmp'],
  ['image/x-windows-bmp', 'image/bmp'], // [seen]
  // Made up from the ending. [seen]
  ['image/tif', 'image/tiff'],
  ['video/mov', 'video/quicktime'],
  ['video/m4v', 'video/mp4'],
  // iTunes' files. [mime-db]
  ['video/x-m4v', 'video/mp4'],
  // RFC 4337. [iana]
  ['application/mp4', 'video/mp4'],
  // Phones' videos are ISO base media too; the first bytes still tell whether X takes one. RFC 3839, RFC 4393 [android]
  ['video/3gpp', 'video/mp4'],
  ['video/3gpp2', 'video/mp4'],
  // Media servers, and Windows for .m2ts. [iana] [win]
  ['video/vnd.dlna.mpeg-tts', 'video/mp2t'],
  ['video/mpeg2ts', 'video/mp2t'],
  ['video/mp2ts', 'video/mp2t'], // [android]
  // On Linux, .ts is a Qt translation. [iana] [fdo] https://github.com/microsoft/TypeScript/issues/25426
  ['text/vnd.trolltech.linguist', 'video/mp2t'],
  // SRT has no registered type. [fdo] [mime-db]
  ['application/x-subrip', 'text/srt'],
  ['application/x-srt', 'text/srt'],
])

const IMAGES: readonly MediaType[] = MEDIA_TYPES.filter((type) => type.startsWith('image/'))
const VIDEOS: readonly MediaType[] = MEDIA_TYPES.filter((type) => type.startsWith('video/'))

/** Names that say little: the first bytes decide among these types. */
const VAGUE_TYPES: ReadonlyMap<string, readonly MediaType[]> = new Map<string, readonly MediaType[]>([
  // No Content-Type, or a File with an ending that the system does not know.
  ['', MEDIA_TYPES],
  ['application/octet-stream', MEDIA_TYPES],
  ['binary/octet-stream', MEDIA_TYPES],
  // `curl --data-binary` sends it by default. https://curl.se/docs/manpage.html#--data
  ['application/x-www-form-urlencoded', MEDIA_TYPES],
  // Of a part: tutorials for OkHttp and Retrofit declare a file as `multipart/form-data` or `image/*`. [seen]
  ['multipart/form-data', MEDIA_TYPES],
  ['*/*', MEDIA_TYPES],
  ['image/*', IMAGES],
  ['video/*', VIDEOS],
  // The picker of Expo calls this the type of an asset. https://docs.expo.dev/versions/latest/sdk/imagepicker/
  ['image', IMAGES],
  ['video', VIDEOS],
  // From systems that do not know .srt or .vtt.
  ['text/plain', ['text/srt', 'text/vtt']],
])

/** A declared type without its parameters, in lower case; empty for none. */
export function essenceOf(declaredType: string | null): string {
  return declaredType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** The types of X's that a file may have if this was declared: one, several for a name that says little, or none. */
export function typesFor(essence: string): readonly MediaType[] {
  const mediaType = ALIASES.get(essence) ?? MEDIA_TYPES.find((type) => type === essence)
  return mediaType ? [mediaType] : (VAGUE_TYPES.get(essence) ?? [])
}

/** What to do with a file that was declared as a type X does not take. */
export function adviceFor(essence: string): string {
  if (/^image\/hei[cf](?:-sequence)?$/.test(essence)) return 'X does not take HEIC. Convert the photo to JPEG.'
  if (/^image\/avif(?:-sequence)?$/.test(essence)) return 'X does not take AVIF. Convert the image to JPEG.'
  if (essence === 'application/json') return 'Send the bytes of the file, as the body or in a form, and not JSON.'
  const [kind = ''] = essence.split('/', 1)
  const advice = ADVICE_BY_KIND.get(kind) ?? 'Send the file with its own type.'
  return `X does not take the media type ${quote(essence)}. ${advice}`
}

const ADVICE_BY_KIND: ReadonlyMap<string, string> = new Map([
  ['image', 'Convert the image to JPEG, PNG or WebP.'],
  ['video', 'Convert the video to MP4.'],
  ['audio', 'It takes no audio without a video.'],
])

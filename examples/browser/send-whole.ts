/** Images that the server may have to make smaller go in one request each: those that come in chunks stay as they are. */

import type { Meta, Uppy, UppyFile } from '@uppy/core'
import type { TusBody } from '@uppy/tus'

/** X's limit for images, bytes. */
const MAX_IMAGE_BYTES = 5 * 1024 * 1024

/** What X does not take, but a server with sharp may turn into JPEG. By ending too, as browsers may report no type. */
export const CONVERTED_TYPES: readonly string[] = ['image/heic', 'image/avif', '.heic', '.avif']

/** Sends such images. An uploader that is added later finds them uploaded. */
export function sendImagesWhole<M extends Meta>(uppy: Uppy<M, TusBody>, endpoint: string): void {
  uppy.addUploader(async (ids) => {
    const files = uppy.getFilesByIds(ids).filter((file) => mayBeConverted(file) && !file.progress.uploadComplete)
    uppy.emit('upload-start', files)
    for (const file of files) await send(uppy, file, endpoint)
  })
}

function mayBeConverted({ type, name = '', size }: Pick<UppyFile<Meta, TusBody>, 'type' | 'name' | 'size'>): boolean {
  if (CONVERTED_TYPES.some((known) => known === type || name.toLowerCase().endsWith(known))) return true
  return type.startsWith('image/') && type !== 'image/gif' && (size ?? 0) > MAX_IMAGE_BYTES
}

function send<M extends Meta>(uppy: Uppy<M, TusBody>, file: UppyFile<M, TusBody>, endpoint: string): Promise<void> {
  const xhr = new XMLHttpRequest()
  const abort = ({ id }: UppyFile<M, TusBody>) => {
    if (id === file.id) xhr.abort()
  }
  uppy.on('file-removed', abort)
  return new Promise((resolve) => {
    xhr.upload.onprogress = ({ loaded, total }) => {
      const { uploadStarted } = uppy.getFile(file.id).progress
      const progress = { uploadStarted: uploadStarted ?? Date.now(), bytesUploaded: loaded, bytesTotal: total }
      uppy.emit('upload-progress', uppy.getFile(file.id), progress)
    }
    xhr.onloadend = () => {
      uppy.off('file-removed', abort)
      const current = uppy.getFile(file.id)
      const response = { status: xhr.status, body: { xhr } }
      if (xhr.status === 201) uppy.emit('upload-success', current, response)
      else if (current) uppy.emit('upload-error', current, new Error('The image was not uploaded.'), response)
      resolve()
    }
    xhr.open('POST', `${endpoint}?${new URLSearchParams({ alt_text: String(file.meta['alt_text'] ?? '') })}`)
    xhr.setRequestHeader('content-type', file.type)
    xhr.send(file.data instanceof Blob ? file.data : null)
  })
}

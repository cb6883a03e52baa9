/** A page with the React hook, for its test. The test bundles it with `hono/jsx/dom` as React: the same hooks. */

import { render } from 'hono/jsx/dom'
import { createElement, useState } from 'react'
import { useUploadMedia } from '../../examples/react/use-upload-media.ts'
import { XMediaUploadError } from '../../src/browser/index.ts'

function Uploader() {
  const { start, upload, progress, media, error } = useUploadMedia({ endpoint: '/media', storage: null })
  const onChange = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const [file] = currentTarget.files ?? []
    if (file) start(file)
  }
  return createElement(
    'div',
    null,
    createElement('input', { type: 'file', onChange }),
    createElement('button', { type: 'button', onClick: () => upload?.setAltText('A cat') }, 'Describe'),
    createElement('output', null, error instanceof XMediaUploadError ? error.code : (media?.id ?? progress?.state)),
  )
}

function Page() {
  const [isOpen, setOpen] = useState(true)
  return createElement(
    'main',
    null,
    isOpen ? createElement(Uploader, {}) : null,
    createElement('button', { type: 'button', onClick: () => setOpen(false) }, 'Close'),
  )
}

render(createElement(Page, {}), document.body)

/** The ways in which files come to the page: chosen, taken by the camera, dropped and pasted. */

import { find } from './dom.ts'

export function receiveFiles(onFiles: (files: File[]) => void): void {
  for (const id of ['files', 'camera']) {
    const input = find(id, HTMLInputElement)
    input.addEventListener('change', () => {
      onFiles([...(input.files ?? [])])
      // The same file may come again.
      input.value = ''
    })
  }

  const target = find('drop', HTMLDivElement)
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    target.hidden = false
  })
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) target.hidden = true
  })
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    target.hidden = true
    onFiles([...(event.dataTransfer?.files ?? [])])
  })
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    onFiles(files)
  })
}

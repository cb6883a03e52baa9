/** Shows how far an upload is. Called with the bytes that X has. */
export type ShowProgress = (bytes: number, stage?: string) => void

const BAR_WIDTH = 24

/** Draws a bar for a file, where somebody watches. */
export function progressBar(
  { name, size }: Pick<File, 'name' | 'size'>,
  draw: ((line: string) => void) | undefined,
): ShowProgress {
  return function showProgress(bytes, stage = '') {
    const share = size === 0 ? 1 : Math.min(bytes / size, 1)
    const filled = Math.round(share * BAR_WIDTH)
    const bar = '█'.repeat(filled).padEnd(BAR_WIDTH, '░')
    const percent = `${Math.floor(share * 100)} %`.padStart(5)
    draw?.(`${bar} ${percent}  ${megabytes(bytes)} of ${megabytes(size)} MB  ${name}  ${stage}`.trimEnd())
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}

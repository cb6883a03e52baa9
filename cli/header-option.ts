import { UsageError } from './command.ts'

/** Reads `--header 'Name: value'`. The value may be a secret: no message shows it. */
export function readHeaders(lines: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
      if (name === undefined || value === undefined)
        throw new UsageError("--header needs a name and a value: 'Name: value'.")
      return [name, value]
    }),
  )
}

/** The URL of a mount, without a slash at its end. */
export function readMountUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError('The URL of the mount must begin with http:// or https://, such as https://app.example/media.')
  }
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

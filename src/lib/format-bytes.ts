const MB = 1_000_000
const MIB: number = 1024 * 1024

/** A number of bytes for people to read, as in `1,024 bytes`. */
export function formatBytes(bytes: number): string {
  return `${bytes.toLocaleString('en')} ${bytes === 1 ? 'byte' : 'bytes'}`
}

/** A size that people compare with a limit, as in `5 MiB (5,242,880 bytes)`. Below a megabyte, its bytes alone. */
export function formatSize(bytes: number): string {
  if (bytes < MB) return formatBytes(bytes)
  const rounded = bytes % MIB === 0 ? `${(bytes / MIB).toLocaleString('en')} MiB` : `${(bytes / MB).toFixed(1)} MB`
  return `${rounded} (${formatBytes(bytes)})`
}

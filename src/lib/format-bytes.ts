/** A number of bytes for people to read, as in `1,024 bytes`. */
export function formatBytes(bytes: number): string {
  return `${bytes.toLocaleString('en')} ${bytes === 1 ? 'byte' : 'bytes'}`
}

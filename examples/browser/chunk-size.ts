/** The largest chunk that the host of a server lets through, bytes. `Infinity` where the server states no limit. */
export async function largestChunk(endpoint: string): Promise<number> {
  const { headers } = await fetch(endpoint, { method: 'OPTIONS', headers: { 'tus-resumable': '1.0.0' } })
  const [, bytes] = /\bmax-append-size=([1-9]\d*)/.exec(headers.get('upload-limit') ?? '') ?? []
  return Number(bytes ?? Infinity)
}

const SEGMENT_BYTES: number = 4 * 1024 * 1024

/** The straightforward relay: pieces as the default reader gives them, gathered, and sent as a form. */
export async function rechunk(request: Request, sinkUrl: string): Promise<Response> {
  const media = `${sinkUrl}/2/media/upload`
  await send(`${media}/initialize`, '{}')
  let pieces: BlobPart[] = []
  let bytes = 0
  let index = 0
  const append = async () => {
    const form = new FormData()
    form.set('segment_index', String(index++))
    form.set('media', new Blob(pieces))
    await send(`${media}/1/append`, form)
    pieces = []
    bytes = 0
  }
  const { body } = request
  if (body) {
    for await (const piece of body) {
      pieces.push(piece)
      bytes += piece.length
      if (bytes >= SEGMENT_BYTES) await append()
    }
  }
  if (bytes > 0) await append()
  await send(`${media}/1/finalize`, '')
  return new Response('{}', { status: 201 })
}

async function send(url: string, body: string | FormData): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body })
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`the sink answered ${answer.status}`)
}

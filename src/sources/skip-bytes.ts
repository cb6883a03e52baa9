/** A stream without its first bytes: for a source that can only be read from the start. */
export function skipBytes(stream: ReadableStream<Uint8Array>, bytes: number): ReadableStream<Uint8Array> {
  if (bytes === 0) return stream
  const reader = stream.getReader()
  let unwantedBytes = bytes
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        const skipped = Math.min(unwantedBytes, value.length)
        unwantedBytes -= skipped
        // An empty chunk too: it shows that the source is not silent.
        controller.enqueue(value.subarray(skipped))
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

export interface SlowBody {
  stream: ReadableStream<Uint8Array>
  send(bytes: Uint8Array): void
  end(): void
  fail(reason: Error): void
  /** The reasons with which the stream was cancelled. */
  cancelled: unknown[]
}

/** A body whose bytes the test sends. */
export function slowBody(): SlowBody {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const cancelled: unknown[] = []
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
    cancel(reason) {
      cancelled.push(reason)
    },
  })
  return {
    stream,
    cancelled,
    send: (bytes) => controller?.enqueue(bytes),
    end: () => controller?.close(),
    fail: (reason) => controller?.error(reason),
  }
}

/** A `fetch` for the upload client that shows what it does, and whose connection can be dropped. */

/** A request, as far as it has come. */
export interface RecordedRequest {
  id: number
  at: number
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: BodyInit | null
  /** The status, or why there is none. Undefined while it runs. */
  outcome?: string
  durationMs?: number
}

export interface RecordedFetch {
  fetch(url: string, init: RequestInit): Promise<Response>
  /** Drops all requests, and refuses new ones for so many milliseconds. */
  drop(ms: number): void
}

/** @param onChange Called when a request begins, has an answer, or fails. */
export function createRecordedFetch(onChange: (request: RecordedRequest) => void): RecordedFetch {
  const running = new Set<AbortController>()
  let droppedUntil = 0
  let count = 0

  return {
    async fetch(url, init) {
      const { method = 'GET', headers, body = null, signal } = init
      const at = Date.now()
      const request: RecordedRequest = { id: count++, at, method, url, body, headers: toRecord(headers) }
      const controller = new AbortController()
      const end = (outcome: string) => onChange({ ...request, outcome, durationMs: Date.now() - at })
      onChange(request)
      running.add(controller)
      try {
        if (at < droppedUntil) throw new TypeError('The connection was dropped.')
        const signals = [controller.signal, ...(signal ? [signal] : [])]
        const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) })
        end(String(response.status))
        return response
      } catch (error) {
        end(signal?.aborted ? 'ended' : 'failed')
        throw error
      } finally {
        // A dropped connection ends streams too, so those stay.
        if (new Headers(headers).get('accept') !== 'text/event-stream') running.delete(controller)
      }
    },
    drop(ms) {
      droppedUntil = Date.now() + ms
      for (const controller of running) controller.abort()
      running.clear()
    },
  }
}

function toRecord(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries(new Headers(headers))
}

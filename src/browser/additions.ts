import type { Connection, OutgoingRequest } from './connection.ts'
import type { Additions } from './options.ts'
import { createRunner } from './runner.ts'
import { createTracker } from './tracker.ts'

/** Where to send additions. */
export interface AdditionsTarget {
  connection: Connection
  /** The URL of the media's status. Rejects if X does not get the file. */
  statusUrl: Promise<string>
  /** How long to keep trying, milliseconds. */
  giveUpAfterMs: number | undefined
}

/** Sends one addition after the other, in the order of the calls. */
export function createAdditions({ connection, statusUrl, giveUpAfterMs }: AdditionsTarget): Additions {
  let last: Promise<unknown> = Promise.resolve()

  function put(path: string, query: readonly string[], body: Blob, headers: OutgoingRequest['headers']): Promise<void> {
    const sent = last.then(async () => {
      const [base, ticket] = (await statusUrl).split('?')
      const url = `${base}${path}?${[ticket, ...query].join('&')}`
      const runner = createRunner(createTracker(body.size), giveUpAfterMs)
      await runner.run((signal) => connection.send({ method: 'PUT', url, body, ...(headers && { headers }) }, signal))
    })
    last = sent.catch(() => {})
    return sent
  }

  return {
    setAltText: (text) => put('/alt-text', [], new Blob([text]), { 'content-type': 'text/plain' }),
    addSubtitles(file, { language, name = '' }) {
      const query = [`language_code=${encodeURIComponent(language)}`, `display_name=${encodeURIComponent(name)}`]
      // Systems report other types for such files; the server looks at the first bytes.
      return put('/subtitles', query, file, { 'content-type': 'application/octet-stream' })
    },
  }
}

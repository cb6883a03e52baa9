/** What the server does for each user, for the page's developer drawer. */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from 'hono'
import { stream } from 'hono/streaming'
import type { DemoPagesEnv } from '../../cli/server/serve-demo.ts'
import type { XMediaEvent } from '../../src/index.ts'

/** How many events of a user to keep for a drawer that opens later, and of how many users. */
const MAX_EVENTS = 200
const MAX_USERS = 100

export interface Activity {
  /** Runs `work` so that events in it belong to the user. */
  during<Result>(user: string, work: () => Result): Result
  onEvent(event: XMediaEvent): void
  /** Responds with the user's events, one JSON a line, for as long as the client listens. */
  follow(c: Context<DemoPagesEnv>): Response
}

export function createActivity(): Activity {
  const users = new AsyncLocalStorage<string>()
  const events = new Map<string, XMediaEvent[]>()
  const listeners = new Map<string, Set<(event: XMediaEvent) => void>>()

  return {
    during: (user, work) => users.run(user, work),
    onEvent(event) {
      const user = users.getStore()
      if (user === undefined) return
      const kept = events.get(user) ?? []
      kept.push(event)
      if (kept.length > MAX_EVENTS) kept.shift()
      events.delete(user)
      events.set(user, kept)
      const [oldest] = events.keys()
      if (events.size > MAX_USERS && oldest !== undefined) events.delete(oldest)
      for (const listener of listeners.get(user) ?? []) listener(event)
    },
    follow(c) {
      const user = c.var.demoUser
      c.header('content-type', 'application/x-ndjson')
      c.header('cache-control', 'no-store')
      return stream(c, async (output) => {
        const send = (event: XMediaEvent) => output.write(`${JSON.stringify(event)}\n`)
        const own = listeners.get(user) ?? new Set()
        listeners.set(user, own.add(send))
        await new Promise<void>((resolve) => {
          output.onAbort(resolve)
          for (const event of events.get(user) ?? []) send(event)
        })
        own.delete(send)
        if (own.size === 0) listeners.delete(user)
      })
    },
  }
}

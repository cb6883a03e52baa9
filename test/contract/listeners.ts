import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Counters } from '../../src/instance.ts'
import { send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { exampleServers } from '../support/example-server.ts'
import { sampleFile } from '../support/media.ts'
import type { Program } from '../support/processes.ts'
import { openSocket, type RawConnection } from '../support/socket.ts'
import type { Target } from './contract.ts'

/** The listeners that a subject may have at once. */
const MAX_LISTENERS = 20
/** More requests than that. */
const REQUESTS = 25

const EVENTS = { 'x-demo-user': 'u1', accept: 'text/event-stream' }

/** Clients that wait for X’s processing, and leave in every way. */
export function listeners(target: Target): void {
  describe('listeners', () => {
    const startServer = exampleServers(target)
    let emulator: EmulatorProgram
    let server: Program
    /** The status of a media that X does not finish. */
    let status: URL

    beforeAll(async () => {
      emulator = await startEmulator({ processing: { pendingSecs: 3600 } })
      server = await startServer(emulator.url)
      const answer = await upload({})
      status = new URL(String(answer.headers.location), `${server.url}/media`)
    })
    afterAll(async () => {
      await Promise.all([server, emulator].map((program) => program?.kill()))
    })

    const gif = sampleFile('image/gif', 5000)
    const upload = (headers: Record<string, string>) =>
      send(
        'POST',
        `${server.url}/media`,
        { 'x-demo-user': 'u1', 'content-type': 'image/gif', 'content-length': gif.length, ...headers },
        [gif],
      )

    const counted = async (): Promise<Counters> => (await fetch(`${server.url}/counters`)).json()

    /** Opens an event stream, and resolves when its first event has arrived. */
    async function listen(): Promise<RawConnection> {
      const connection = await openSocket(server.url)
      const lines = Object.entries({ ...EVENTS, host: status.host }).map(([name, value]) => `${name}: ${value}`)
      const first = new Promise<string>((resolve) => {
        let text = ''
        connection.socket.on('data', (bytes) => {
          text += bytes
          if (text.includes('event: status')) resolve(text)
        })
        connection.socket.once('close', () => resolve(text))
      })
      await connection.write(`${[`GET ${status.pathname}${status.search} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
      expect(await first).toContain('event: status')
      return connection
    }

    it('are no requests with HEAD, which get the headers alone', async () => {
      for (let sent = 0; sent < REQUESTS; sent++) {
        const answer = await send('HEAD', status.href, EVENTS)
        expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream'])
      }
      expect(await counted()).toMatchObject({ listeners: 0 })
    })

    it.each(['FIN', 'RST'] as const)('leave their places when their clients end by %s', async (how) => {
      const connections = await Promise.all(Array.from({ length: MAX_LISTENERS }, listen))
      expect(await counted()).toMatchObject({ listeners: MAX_LISTENERS })
      expect((await send('GET', status.href, EVENTS)).status).toBe(503)
      for (const { socket } of connections) {
        if (how === 'RST') socket.resetAndDestroy()
        else socket.destroy()
      }
      await expect.poll(counted, { interval: 20 }).toMatchObject({ listeners: 0 })
    })

    it('are uploads that wait for X too, and one without a place does not wait', async () => {
      const wait = { prefer: 'wait=60' }
      const waiting = Array.from({ length: MAX_LISTENERS }, () => upload(wait))
      await expect.poll(counted, { interval: 20 }).toMatchObject({ uploads: 0, listeners: MAX_LISTENERS })
      const answer = await upload(wait)
      expect([answer.status, answer.headers['preference-applied']]).toEqual([201, undefined])
      await emulator.advance(3600)
      for (const { status, headers } of await Promise.all(waiting)) {
        expect([status, headers['preference-applied']]).toEqual([201, 'wait=60'])
      }
    })
  })
}

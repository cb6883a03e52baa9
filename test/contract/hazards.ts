import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, open, randomFile, send } from '../support/client.ts'
import { expectNothingHeld } from '../support/counters.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { exampleServers, startExampleServer } from '../support/example-server.ts'
import { sampleFile } from '../support/media.ts'
import type { Program } from '../support/processes.ts'
import { randomVideo } from '../support/random-video.ts'
import { openSocket, type RawAnswer, sendRaw } from '../support/socket.ts'
import type { Target } from './contract.ts'
import { invalidHosts } from './invalid-hosts.ts'

const MIB = 1024 * 1024

/** More uploads than one subject may have at once: a leaked place would show. */
const DROPS = 300

/** The runtimes that limit the time for headers, by themselves or by our adapter. */
const LIMITS_HEADERS: readonly Target[] = ['node', 'express', 'bun']

/** What hostile and broken clients do, over real sockets. */
export function hazards(target: Target): void {
  const startServer = exampleServers(target)
  let emulator: EmulatorProgram
  let server: Program
  /** For clients that are slow all the while that the other tests run. */
  let slowServer: Program
  let idle: Promise<RawAnswer>
  let slowHeaders: Promise<number>

  beforeAll(async () => {
    emulator = await startEmulator()
    server = await startServer(emulator.url)
    slowServer = await startExampleServer(target, emulator.url)
    idle = sendRaw(`${slowServer.url}/media`, [...head('idle'), 'content-length: 1000'], [Buffer.alloc(10)])
    if (LIMITS_HEADERS.includes(target)) slowHeaders = sendSlowHeaders(slowServer.url)
  })
  afterAll(async () => {
    await Promise.all([server, slowServer, emulator].map((program) => program?.kill()))
  })

  const media = () => `${server.url}/media`
  const head = (user: string, type = 'video/mp4') => [
    'POST /media HTTP/1.1',
    `x-demo-user: ${user}`,
    `content-type: ${type}`,
  ]
  const codeOf = ({ body }: RawAnswer) => /"code":"(\w+)"/.exec(body)?.[1]
  const initialized = async () => (await emulator.uploads()).length

  const nothingInFlight = () =>
    expect
      .poll(async () => (await emulator.control<{ in_flight: unknown[] }>('GET', '/requests')).in_flight, {
        timeout: 20_000,
      })
      .toEqual([])

  async function uploads(user: string, size = 100_000): Promise<void> {
    const file = randomFile(size)
    const headers = { 'x-demo-user': user, 'content-type': 'video/mp4', 'content-length': file.size }
    const answer = await send('POST', media(), headers, file.pieces())
    expect(answer.status, answer.text).toBe(201)
    expect((await emulator.upload(dataOf(answer.json).id)).sha256).toBe(file.sha256)
  }

  describe('a client that disconnects', () => {
    const form = `--b\r\ncontent-disposition: form-data; name="media"; filename="f"\r\ncontent-type: video/mp4\r\n\r\n`
    const stages: [string, string[], Uint8Array[]][] = [
      ['after its headers', [...head('dropping'), 'content-length: 1000'], []],
      ['in its first segment', [...head('dropping'), 'content-length: 1000000'], [randomVideo(100_000)]],
      [
        'in a multipart head',
        [...head('dropping', 'multipart/form-data; boundary=b'), 'content-length: 900'],
        [Buffer.from('--b\r\ncont')],
      ],
      [
        'in a multipart file',
        [...head('dropping', 'multipart/form-data; boundary=b'), 'content-length: 900000'],
        [Buffer.from(form), randomVideo(9000)],
      ],
    ]
    it.each(['FIN', 'RST'] as const)('by %s leaves nothing behind at any stage', async (how) => {
      const drop = async (index: number) => {
        const [, lines, body] = stages[index % stages.length] ?? ['', [], []]
        const { socket, write } = await openSocket(media())
        await write(`${[...lines, `host: ${new URL(media()).host}`].join('\r\n')}\r\n\r\n`)
        for (const bytes of body) await write(bytes)
        if (index % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
        if (how === 'RST') socket.resetAndDestroy()
        else socket.destroy()
      }
      for (let index = 0; index < DROPS; index += 30) {
        await Promise.all(Array.from({ length: 30 }, (_, offset) => drop(index + offset)))
      }
      await expect.poll(() => uploads('dropping').then(() => 'accepted', String), { timeout: 20_000 }).toBe('accepted')
      await nothingInFlight()
      const others = (await emulator.uploads()).filter(({ size }) => size !== 100_000)
      expect(others.filter(({ finalized }) => finalized)).toEqual([])
    })

    it('between segments has its APPENDs aborted and nothing finalized', async () => {
      const size = 12 * MIB + 17
      await emulator.setFaults([{ step: 'append', kind: 'hang', at: 1 }])
      const opened = open('POST', media(), {
        'x-demo-user': 'gone',
        'content-type': 'video/mp4',
        'content-length': size,
      })
      const piece = randomVideo(MIB)
      for (let sent = 0; sent < 9; sent++) await opened.write(piece)
      const upload = async () => (await emulator.uploads()).find(({ total_bytes }) => total_bytes === size)
      await expect.poll(async () => (await upload())?.segments.length, { timeout: 20_000 }).toBe(1)
      opened.abort()
      await expect(opened.answer).rejects.toThrow()
      await nothingInFlight()
      await emulator.setFaults([])
      await uploads('gone')
      expect(await upload()).toMatchObject({ finalized: false })
    })
  })

  describe('an early refusal', () => {
    const large = Array.from({ length: 16 }, () => Buffer.alloc(MIB))
    const length = `content-length: ${16 * MIB}`
    it.each([
      ['unauthorized', 401, ['POST /media HTTP/1.1', 'content-type: video/mp4', length]],
      ['unsupported_media_type', 415, [...head('u1', 'application/pdf'), length]],
      ['unsupported_encoding', 415, [...head('u1'), length, 'content-encoding: gzip']],
      ['too_large', 413, [...head('u1', 'text/vtt'), length]],
      ['length_conflict', 400, [...head('u1'), length, 'upload-length: 5']],
      ['invalid_parameter', 400, ['POST /media?shared=maybe HTTP/1.1', ...head('u1').slice(1), length]],
      ['signature_mismatch', 415, [...head('u1', 'video/webm'), length]],
      ['malformed_multipart', 400, [...head('u1', 'multipart/form-data'), length]],
    ])('reaches a client that keeps sending: %s', async (code, status, lines) => {
      for (let round = 0; round < 5; round++) {
        const answer = await sendRaw(media(), lines, large)
        expect(answer.status).toBe(status)
        expect(codeOf(answer)).toBe(code)
        expect(answer.headers).toMatch(/^content-type: application\/problem\+json/im)
      }
    })
  })

  describe('lengths', () => {
    it.each(['abc', '1,1', '-1', '9007199254740993', '0x10', '+5', '1 1', ''])(
      'refuses the Content-Length “%s”',
      async (length) => {
        const before = await initialized()
        const { status } = await sendRaw(media(), [...head('u1'), `content-length: ${length}`], [Buffer.alloc(16)])
        // Runtimes refuse these themselves; workerd with a 500.
        expect([0, 400, 411, 413, target === 'workers' ? 500 : 400]).toContain(status)
        expect(await initialized()).toBe(before)
      },
    )

    it.each([
      ['Upload-Length', 'upload-length'],
      ['total_bytes', 'total_bytes'],
    ])('refuses an invalid %s with invalid_length', async (_, name) => {
      for (const length of ['abc', '1,1', '-1', '9007199254740993', '0x10', '1e3', ' 5 5']) {
        const url = name === 'total_bytes' ? `/media?total_bytes=${encodeURIComponent(length)}` : '/media'
        const extra = name === 'total_bytes' ? [] : [`upload-length: ${length}`]
        const lines = [`POST ${url} HTTP/1.1`, ...head('u1').slice(1), ...extra, 'transfer-encoding: chunked']
        expect(codeOf(await sendRaw(media(), lines, [Buffer.from('1\r\na\r\n0\r\n\r\n')]))).toBe('invalid_length')
      }
    })

    it('refuses Content-Length together with Transfer-Encoding', async () => {
      const before = await initialized()
      const lines = [...head('u1'), 'content-length: 3', 'transfer-encoding: chunked']
      const { status } = await sendRaw(media(), lines, [Buffer.from('3\r\nabc\r\n0\r\n\r\n')])
      expect([0, 400]).toContain(status)
      expect(await initialized()).toBe(before)
    })

    it('finalizes nothing when the connection ends early', async () => {
      const { socket, write } = await openSocket(media())
      await write(`${[...head('u1'), 'content-length: 70001', 'host: x'].join('\r\n')}\r\n\r\n`)
      await write(randomVideo(70_000))
      const cut = async () => (await emulator.uploads()).find(({ total_bytes }) => total_bytes === 70_001)
      await expect.poll(cut).toBeDefined()
      socket.end()
      await uploads('u1')
      expect(await cut()).toMatchObject({ finalized: false })
    })
  })

  describe('content', () => {
    it('refuses a spoofed type without a call to X', async () => {
      await nothingInFlight()
      const before = await emulator.control<{ counts: unknown }>('GET', '/requests')
      const bodies: [string, Uint8Array][] = [
        ['image/png', Buffer.from('<!doctype html><script>alert(1)</script>')],
        ['video/mp4', sampleFile('image/png', 5000)],
        ['video/mp4', Buffer.from('MZ\x90\0\x03'.padEnd(200, '\0'), 'latin1')],
        ['image/gif', sampleFile('image/webp', 5000)],
      ]
      for (const [type, body] of bodies) {
        const lines = [...head('u1', type), `content-length: ${body.length}`]
        const answer = await sendRaw(media(), lines, [body])
        expect([answer.status, codeOf(answer)]).toEqual([415, 'signature_mismatch'])
      }
      expect(await emulator.control('GET', '/requests')).toEqual(before)
    })

    it('lists the supported types', async () => {
      const answer = await sendRaw(media(), [...head('u1', 'text/html'), 'content-length: 3'], [Buffer.from('abc')])
      expect(answer.body).toContain('video/mp4')
    })
  })

  describe('isolation', () => {
    it('responds to another user’s media as to an unknown one, with every method', async () => {
      const body = sampleFile('image/gif', 100)
      const headers = { 'x-demo-user': 'owner', 'content-type': 'image/gif', 'content-length': body.length }
      const made = await send('POST', media(), headers, [body])
      const theirs = new URL(String(made.headers.location), media())
      const unknown = new URL(theirs)
      unknown.pathname = theirs.pathname.replace(/\d+$/, '1')
      const statuses = { GET: 404, HEAD: 404, OPTIONS: 204, POST: 405, PUT: 405, PATCH: 405, DELETE: 405 }
      for (const [method, status] of Object.entries(statuses)) {
        const [a, b] = await Promise.all(
          [theirs, unknown].map((url) => send(method, url.href, { 'x-demo-user': 'other', 'content-length': 0 })),
        )
        expect([method, a?.status, a?.text]).toEqual([method, status, b?.text])
      }
      const place = `${media()}/${theirs.pathname.split('/').slice(2).join('/')}`
      expect((await send('GET', place + theirs.search, { 'x-demo-user': 'owner' })).status).toBe(200)
    })

    it.each(['..%2f1', '%2e%2e%2f', '%5c', '%00', '%252e', '1'.repeat(10_000), '1%0d%0ax: y', '-1', '１'])(
      'does not know the id %.20s',
      async (id) => {
        const answer = await sendRaw(media(), [
          `GET /media/status/${encodeURI(id).replaceAll('%25', '%')}?ticket=x HTTP/1.1`,
          'x-demo-user: u1',
        ])
        // A runtime may refuse a request line that is too long or has a byte that no URL has.
        expect([0, 400, 404, 414, 431]).toContain(answer.status)
      },
    )

    it.each(['//media', '/%6dedia', '/media/', '/MEDIA', '/media//', '/media/../media', '/./media', '/media?x=1'])(
      'admits nobody by the path %s',
      async (path) => {
        const before = await initialized()
        const lines = [`POST ${path} HTTP/1.1`, 'content-type: video/mp4', 'content-length: 3']
        const { status } = await sendRaw(media(), lines, [Buffer.from('abc')])
        expect([400, 401, 404]).toContain(status)
        expect(await initialized()).toBe(before)
      },
    )

    it.each(['post', 'Post', 'PoSt', 'GET', 'PUT', 'PATCH'])('admits nobody by the method %s', async (method) => {
      const before = await initialized()
      const lines = [`${method} /media HTTP/1.1`, 'content-type: video/mp4', 'content-length: 3']
      const { status } = await sendRaw(media(), lines, [Buffer.from('abc')])
      expect([0, 400, 401, 404, 405, 501]).toContain(status)
      expect(await initialized()).toBe(before)
    })
  })

  invalidHosts(target, () => ({ url: media(), emulator }))

  it('responds to a preflight without credentials, and lets a page read Location', async () => {
    const page = { origin: 'https://app.example' }
    const preflight = await send('OPTIONS', media(), {
      ...page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-demo-user',
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'content-type,x-demo-user',
    })
    expect(preflight.headers['access-control-allow-methods']).toContain('POST')
    const answers = await Promise.all([
      send('POST', media(), { ...page, 'x-demo-user': 'u1', 'content-type': 'video/mp4', 'content-length': 8 }, [
        randomVideo(8),
      ]),
      send('POST', media(), { ...page, 'content-type': 'video/mp4', 'content-length': 8 }, [randomVideo(8)]),
    ])
    expect(answers.map(({ status }) => status)).toEqual([201, 401])
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers['access-control-expose-headers']).toContain('Location')
    }
  })

  it('refuses a client that sends nothing for 30 seconds', async () => {
    const answer = await idle
    expect([answer.status, codeOf(answer)]).toEqual([408, 'body_too_slow'])
    await expectNothingHeld(slowServer.url)
  })

  // Deno has no such limit, and Cloudflare sets its own in front of Workers.
  if (LIMITS_HEADERS.includes(target)) {
    it('ends a client that sends its headers byte by byte', async () => {
      expect(await slowHeaders).toBeLessThan(55_000)
    })
  }

  it('none of sixteen quick uploads of one subject is refused', async () => {
    await Promise.all(Array.from({ length: 16 }, () => uploads('quick', 12 * MIB)))
  })

  it('broke no rule of X’s API', async () => {
    expect(await emulator.violations()).toEqual([])
  })
}

/** Sends headers without an end, a byte a second, and resolves to the milliseconds until the server ends the connection. */
async function sendSlowHeaders(url: string): Promise<number> {
  const { socket, write } = await openSocket(url)
  const startedAt = Date.now()
  await write('GET /media HTTP/1.1\r\nhost: x\r\nx-slow: ')
  const sending = setInterval(() => socket.write('a'), 1000)
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(sending)
  return Date.now() - startedAt
}

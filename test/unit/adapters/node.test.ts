import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import express from 'express'
import { Hono } from 'hono'
import { expect, it, onTestFinished, vi } from 'vitest'
import { listen, xMediaHandler } from '../../../adapters/express.ts'
import { serve } from '../../../adapters/node.ts'
import { base, emulator, png } from '../../support/app.ts'
import { dataOf, send } from '../../support/client.ts'
import { sampleFile } from '../../support/media.ts'
import { openSocket } from '../../support/socket.ts'

it('reports a body parser that has read the upload already', async () => {
  const app = express()
  app.use(express.raw({ type: '*/*' }))
  app.use('/media', xMediaHandler(base))
  app.use(((error, _request, response, _next) =>
    response.status(500).send(error.message)) satisfies express.ErrorRequestHandler)
  const server = await listen(createServer(app), 0, '127.0.0.1')
  const headers = { 'content-type': 'image/png', 'content-length': png.length }
  const answer = await send('POST', `${server.url}/media`, headers, [png])
  expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('body parser')])
  await server.close()
})

it('receives the whole upload when middleware before it counts the bytes', async () => {
  const app = express()
  let counted = 0
  app.use((request, _, next) => {
    request.on('data', (bytes: Buffer) => {
      counted += bytes.length
    })
    next()
  })
  const authorize = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return { subject: 'u1' }
  }
  app.use('/media', xMediaHandler({ ...base, authorize }))
  const server = await listen(createServer(app), 0, '127.0.0.1')
  const file = sampleFile('image/png', 1_000_000)
  const headers = { 'content-type': 'image/png', 'content-length': file.length }
  const answer = await send('POST', `${server.url}/media`, headers, [file])
  expect(answer.status, answer.text).toBe(201)
  const upload = await emulator.app.request(`/_emulator/uploads/${dataOf(answer.json).id}`)
  expect(await upload.json()).toMatchObject({ sha256: createHash('sha256').update(file).digest('hex') })
  expect(counted).toBe(file.length)
  await server.close()
})

it('says what to do when the port is taken, and which ports there are', async () => {
  const { url, close } = await serve(new Hono(), { port: 0 })
  onTestFinished(() => close())
  const port = Number(new URL(url).port)
  await expect(serve(new Hono(), { port })).rejects.toMatchObject({
    ...{ code: 'EADDRINUSE', port },
    message: expect.stringMatching(/^Port \d+ is taken\. .+ such as PORT=8790\. .+ change X_REDIRECT_URI/),
  })
  await expect(serve(new Hono(), { port: Number('abc') })).rejects.toThrow(
    new TypeError('The port must be a number from 0 to 65535, not NaN.'),
  )
})

it('refuses a request on which setEncoding() was called, and logs why', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => logged.mockRestore())
  const app = express()
  app.use((request, _, next) => {
    request.setEncoding('latin1')
    next()
  })
  app.use('/media', xMediaHandler(base))
  const server = await listen(createServer(app), 0, '127.0.0.1')
  const headers = { 'content-type': 'image/png', 'content-length': png.length }
  expect((await send('POST', `${server.url}/media`, headers, [png])).status).toBe(500)
  expect(logged.mock.calls).toEqual([[expect.objectContaining({ message: expect.stringContaining('setEncoding()') })]])
  await server.close()
})

it('uploads a body that the platform has read and left in rawBody', async () => {
  const app = express()
  app.use(
    express.raw({
      type: '*/*',
      verify: (request, _, bytes) => {
        Object.assign(request, { rawBody: bytes })
      },
    }),
  )
  app.use('/media', xMediaHandler(base))
  const server = await listen(createServer(app), 0, '127.0.0.1')
  const headers = { 'content-type': 'image/png', 'content-length': png.length }
  const answer = await send('POST', `${server.url}/media`, headers, [png])
  expect(answer.status, answer.text).toBe(201)
  await server.close()
})

it('delivers another middleware’s refusal to a client that keeps sending, and closes the connection', async () => {
  const app = new Hono().all('*', (c) => c.text('slow down', 429))
  const server = await serve(app, { port: 0 })
  const { socket, write, answer } = await openSocket(server.url)
  // The client reads the response only when it has sent everything.
  socket.pause()
  const head = ['POST /media HTTP/1.1', 'host: a', 'content-type: image/png', 'content-length: 10000000']
  await write(`${head.join('\r\n')}\r\nconnection: close\r\n\r\n`)
  await write(new Uint8Array(10_000_000))
  socket.resume()
  const { status, body } = await answer
  expect([status, body]).toEqual([429, expect.stringContaining('slow down')])
  await server.close()
})

it('listens without Node’s limit for a whole request, and closes a silent connection after 255 seconds', async () => {
  const server = createServer()
  const { close } = await listen(server, 0, '127.0.0.1')
  expect([server.requestTimeout, server.timeout]).toEqual([0, 255_000])
  await close()
})

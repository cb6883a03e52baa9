import { createServer } from 'node:http'
import express from 'express'
import { expect, it } from 'vitest'
import { listen, xMediaHandler } from '../../adapters/express.ts'
import { base, png } from '../support/app.ts'
import { send } from '../support/client.ts'

it('says so when a body parser in front has eaten the upload', async () => {
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

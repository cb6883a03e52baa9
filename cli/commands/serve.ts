import { parseArgs } from 'node:util'
import type { Command, ExitCode, OptionSpecs } from '../command.ts'
import { announce } from '../server/announce.ts'
import { formPage } from '../server/form-page.ts'
import { serveDemo } from '../server/serve-demo.ts'
import type { Terminal } from '../terminal.ts'

const OPTIONS = {
  port: {
    type: 'string',
    value: 'PORT',
    help: 'The port to listen on; 0 takes any free one. Default: the variable PORT, or 8787.',
  },
} satisfies OptionSpecs

export const serve: Command = {
  name: 'serve',
  summary: 'Serve the package at /media on this machine, with a form to try it',
  usage: '[--port PORT]',
  details: [
    'X is emulated, unless X_BEARER_TOKEN holds a user’s token; X_MEDIA_SECRET must then be set too. Only this machine can reach the server, and whoever can may upload.',
  ],
  options: OPTIONS,
  examples: ['serve', 'serve --port 9000'],
  run: runServe,
}

async function runServe(args: string[], { env }: Terminal): Promise<ExitCode | undefined> {
  const { values } = parseArgs({ args, options: OPTIONS })
  const server = await serveDemo({ ...env, PORT: values.port ?? env['PORT'] }, formPage)
  console.log(
    `try it in a browser, or: npx hono-x-media upload FILE --to ${server.url}/media --header 'x-demo-user: me'`,
  )
  announce(server)
  return undefined
}

/** Reads a body of 1 GiB and throws it away: what a runtime takes to receive an upload, before any code of this package. */
import { spawn } from 'node:child_process'
import process from 'node:process'

type Handler = (request: Request) => Promise<Response>
declare const Deno: { serve(options: { port: number; onListen(): void }, handler: Handler): { addr: { port: number } } }
declare const Bun: { serve(options: { port: number; maxRequestBodySize: number; fetch: Handler }): { port: number } }

async function read({ body }: Request): Promise<Response> {
  const before = process.cpuUsage()
  let chunks = 0
  for await (const _ of body ?? []) chunks++
  const { user, system } = process.cpuUsage(before)
  console.log(`${((user + system) / 1e6).toFixed(2)} s, ${chunks} chunks`)
  return new Response()
}

const port =
  'Deno' in globalThis
    ? Deno.serve({ port: 0, onListen() {} }, read).addr.port
    : Bun.serve({ port: 0, maxRequestBodySize: Number.MAX_SAFE_INTEGER, fetch: read }).port
const head = 'POST / HTTP/1.1\\r\\nhost: a\\r\\nconnection: close\\r\\ncontent-length: 1073741824\\r\\n\\r\\n'
const upload = `exec 3<>/dev/tcp/127.0.0.1/${port}; (printf '${head}'; head -c 1073741824 /dev/zero) >&3; head -c 1 <&3`
spawn('bash', ['-c', `${upload}; ${upload}`]).on('exit', () => process.exit())

/** Reads a body of 1 GiB on workerd, in reads that wait for 4 KiB, for 7.5 kB, as ours do, and for 4 MiB. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { Miniflare } from 'miniflare'

const script = `export default { async fetch({ body, url }) {
  const min = Number(new URL(url).pathname.slice(1)), reader = body.getReader({ mode: 'byob' })
  for (let view = new Uint8Array(4 << 20), reads = 1; ; reads++) {
    const { value, done } = await reader.read(view, { min })
    if (done) return new Response(reads + ' reads')
    view = new Uint8Array(value.buffer)
  }
} }`
const miniflare = new Miniflare({ modules: true, script, compatibilityDate: '2026-07-30', host: '127.0.0.1' })
const { port, hostname } = await miniflare.ready
const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ')
const ticks = () =>
  readFileSync(`/proc/${children.at(-1)}/stat`, 'utf8')
    .split(' ')
    .slice(13, 15)
    .map(Number)
for (const min of [4096, 4 << 20, 4096, 7500, 4 << 20]) {
  const [user = 0, system = 0] = ticks()
  const head = `POST /${min} HTTP/1.1\\r\\nhost: a\\r\\nconnection: close\\r\\ncontent-length: 1073741824\\r\\n\\r\\n`
  const upload = `exec 3<>/dev/tcp/${hostname}/${port}; (printf '${head}'; head -c 1073741824 /dev/zero) >&3; tail -n 1 <&3`
  const client = spawn('bash', ['-c', upload], { stdio: ['ignore', 'inherit', 'inherit'] })
  await once(client, 'exit')
  const [userNow = 0, systemNow = 0] = ticks()
  console.log(`, at least ${min} bytes each: ${((userNow + systemNow - user - system) / 100).toFixed(2)} s`)
}
await miniflare.dispose()

import { MIN_SECRET_BYTES } from '../../src/status-ticket.ts'
import type { Environment } from '../env-file.ts'
import type { Finding } from './finding.ts'

/** The oldest version of each runtime on which the package works. Bun before 1.4 holds whole bodies in memory. */
const OLDEST: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  bun: [1, 4],
  deno: [2, 9],
  node: [20, 0],
}

/** @param versions As in `process.versions`: Bun and Deno also state the version of Node that they imitate. */
export function checkRuntime(versions: Environment): Finding {
  const about = 'runtime'
  for (const [name, [major, minor]] of Object.entries(OLDEST)) {
    const version = versions[name]
    if (version === undefined) continue
    const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number)
    if (ownMajor > major || (ownMajor === major && ownMinor >= minor))
      return { level: 'ok', about, text: `${name} ${version}` }
    return { level: 'fault', about, text: `${name} ${version} is too old: update it to ${major}.${minor} or newer.` }
  }
  return { level: 'skipped', about, text: 'The runtime does not tell its version.' }
}

/** @param isRemote Whether another machine runs the server, which then has the secret. */
export function checkSecret({ X_MEDIA_SECRET: secret }: Environment, isRemote: boolean): Finding {
  const about = 'secret'
  if (!secret) {
    return {
      level: isRemote ? 'skipped' : 'fault',
      about,
      text: 'X_MEDIA_SECRET is not set here. Make one with `openssl rand -base64 32`.',
    }
  }
  const bytes = new TextEncoder().encode(secret).length
  if (bytes >= MIN_SECRET_BYTES) return { level: 'ok', about, text: `X_MEDIA_SECRET has ${bytes} bytes` }
  const text = `X_MEDIA_SECRET has ${bytes} bytes, but needs ${MIN_SECRET_BYTES}. Make one with \`openssl rand -base64 32\`.`
  return { level: 'fault', about, text }
}

import { failureCode } from '../failure-code.ts'
import { jsonMembers } from '../json-members.ts'
import type { Finding } from './finding.ts'
import { type MountedServer, readProblem } from './mounted-server.ts'
import { type CountAnswer, sendZeros } from './send-zeros.ts'

const MB = 1_000_000

/** The limits of what usually stands in front of a server: nginx, Vercel, Lambda, Next.js and API Gateway, Cloudflare. */
const SIZES: readonly number[] = [1, 4.5, 6, 10, 100]

/** Whether the sign-in works, and how large a body may be. Sends each size until one does not arrive. */
export async function checkBodies(server: MountedServer): Promise<Finding> {
  const about = 'bodies'
  let arrived = 0
  for (const size of SIZES) {
    const bytes = size * MB
    const answer = await sendZeros(server, bytes).catch((error: unknown) => failureCode(error))
    const refusal = typeof answer === 'string' ? `the connection was cut (${answer})` : refusalOf(answer, bytes)
    if (refusal === undefined) {
      arrived = size
      continue
    }
    if (typeof refusal !== 'string') return refusal
    return { level: 'fault', about, text: `A body of ${size} MB does not arrive: ${refusal}. ${adviceAfter(arrived)}` }
  }
  return { level: 'ok', about, text: `Bodies of up to ${arrived} MB arrive whole` }
}

function adviceAfter(arrived: number): string {
  const raise = 'Raise the limit of what stands in front (nginx: client_max_body_size)'
  if (arrived === 0) return `${raise}.`
  return `${arrived} MB does. ${raise}, or let clients send chunks of at most ${(arrived * MB).toLocaleString('en')} bytes (tus: chunkSize).`
}

/** Undefined when the whole body has arrived; a finding when the answer is about something else than its size. */
function refusalOf({ status, server, text }: CountAnswer, bytes: number): Finding | string | undefined {
  const about = 'bodies'
  if (status === 200) {
    const counted = countIn(text)
    if (counted === bytes) return undefined
    return counted === undefined
      ? 'something else answered'
      : `only ${counted.toLocaleString('en')} bytes did, and nothing said so`
  }
  const problem = readProblem(text)
  if (problem === undefined) return `${server ?? 'something in front'} answered with ${status}`
  const { code, detail } = problem
  if (code === 'not_found') {
    return {
      level: 'skipped',
      about,
      text: 'The server has no route for this. Set http.doctor to true while you check.',
    }
  }
  if (code === 'unauthorized') {
    return {
      level: 'fault',
      about: 'sign-in',
      text: 'The server does not know who this is. Sign in by --header, such as "Cookie: session=…".',
    }
  }
  if (code === 'too_large') return { level: 'ok', about, text: `Only the server’s own limit ends them: ${detail}` }
  return { level: 'warning', about, text: `The server refuses this check (${code}): ${detail}` }
}

function countIn(text: string): number | undefined {
  const { bytes } = jsonMembers(text)
  return typeof bytes === 'number' ? bytes : undefined
}

import { failureCode } from '../failure-code.ts'
import type { Finding } from './finding.ts'
import { type MountedServer, readProblem } from './mounted-server.ts'

/** The events of `/doctor/events`, and the time from the first to the last as the server sends them, milliseconds. */
const TICKS = 4
const SPREAD_MS = 1500

const TIMEOUT_MS = 30_000

/** Checks that events arrive one by one. */
export async function checkEvents({ url, headers }: MountedServer): Promise<Finding> {
  const about = 'events'
  try {
    const response = await fetch(`${url}/doctor/events`, {
      headers: { ...headers, accept: 'text/event-stream' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) return refused(response.status, await response.text())
    return judge(response.body === null ? [] : await arrivalsIn(response.body))
  } catch (error) {
    return {
      level: 'fault',
      about,
      text: `The stream of events was cut (${failureCode(error)}). Look at what stands in front.`,
    }
  }
}

/** When each event arrived, milliseconds. */
async function arrivalsIn(body: ReadableStream<Uint8Array>): Promise<number[]> {
  const arrivals: number[] = []
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.match(/^event: tick$/gm)?.length ?? 0
    while (arrivals.length < events) arrivals.push(performance.now())
  }
  return arrivals
}

function judge(arrivals: readonly number[]): Finding {
  const about = 'events'
  const [first = 0] = arrivals
  const last = arrivals.at(-1) ?? 0
  if (arrivals.length < TICKS) {
    return {
      level: 'fault',
      about,
      text: `Only ${arrivals.length} of ${TICKS} events arrive. Look at what stands in front.`,
    }
  }
  if (last - first >= SPREAD_MS / 2) return { level: 'ok', about, text: 'Events arrive one by one' }
  return {
    level: 'fault',
    about,
    text: 'Events arrive all at once: something in front holds them back. Switch that off (nginx: proxy_buffering off).',
  }
}

function refused(status: number, text: string): Finding {
  const about = 'events'
  const problem = readProblem(text)
  if (problem?.code === 'not_found')
    return {
      level: 'skipped',
      about,
      text: 'The server has no route for this. Set http.doctor to true while you check.',
    }
  if (problem?.code === 'unauthorized') return { level: 'skipped', about, text: 'Events need a sign-in: see --header.' }
  return {
    level: 'warning',
    about,
    text: `The stream is refused with ${status}${problem ? `: ${problem.detail}` : '.'}`,
  }
}

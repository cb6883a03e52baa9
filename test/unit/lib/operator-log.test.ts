import { expect, it, onTestFinished, vi } from 'vitest'
import { createOperatorLog, type LogOption } from '../../../src/lib/operator-log.ts'
import { createFakeClock } from '../../support/clock.ts'

function setUp() {
  const clock = createFakeClock()
  const lines: string[] = []
  return { clock, lines, log: createOperatorLog((line) => lines.push(line), clock) }
}

/** What reaches `console.error` until the test ends. */
function watchConsole() {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => error.mockRestore())
  return error
}

it('writes one line of a kind in a minute, and the next one says how many were held back', async () => {
  const { clock, lines, log } = setUp()
  log('store', 'The store is down.', 'r1')
  const since = new Date(clock.now()).toISOString()
  for (let index = 0; index < 12; index++) log('store', 'The store is down.', `r2-${index}`)
  await clock.advance(59_999)
  log('store', 'The store is down.', 'r3')
  expect(lines).toEqual(['hono-x-media: The store is down. (request r1)'])
  await clock.advance(1)
  log('store', 'The store is down.', 'r4')
  expect(lines.slice(1)).toEqual([`hono-x-media: The store is down. (request r4) (13 more since ${since})`])
  await clock.advance(60_000)
  log('store', 'The store is down.', 'r5')
  expect(lines.slice(2)).toEqual(['hono-x-media: The store is down. (request r5)'])
})

it('holds back no line of another kind', () => {
  const { lines, log } = setUp()
  log('store', 'The store is down.')
  log('token', 'X refused the token.')
  expect(lines).toEqual(['hono-x-media: The store is down.', 'hono-x-media: X refused the token.'])
})

it('is not silenced by a clock that is set back', async () => {
  const { clock, lines, log } = setUp()
  log('store', 'The store is down.')
  await clock.advance(-3_600_000)
  log('store', 'The store is down.')
  expect(lines).toHaveLength(2)
})

it('writes one line, whatever a text contains', () => {
  const { lines, log } = setUp()
  log('store', 'down\r\nhono-x-media: forged\u001b[2J')
  expect(lines).toEqual(['hono-x-media: down hono-x-media: forged [2J'])
})

it('writes with console.error by default, and nowhere if it is false', () => {
  const error = watchConsole()
  const clock = createFakeClock()
  createOperatorLog(false, clock)('store', 'The store is down.')
  expect(error).not.toHaveBeenCalled()
  createOperatorLog(undefined, clock)('store', 'The store is down.')
  expect(error).toHaveBeenCalledExactlyOnceWith('hono-x-media: The store is down.')
})

it('calls a logger as its method, as pino and winston need it', () => {
  class OwnLogger {
    readonly lines: string[] = []
    error(line: string): this {
      this.lines.push(line)
      return this
    }
  }
  const logger = new OwnLogger()
  createOperatorLog(logger, createFakeClock())('store', 'The store is down.')
  expect(logger.lines).toEqual(['hono-x-media: The store is down.'])
})

const FAILING: [string, LogOption][] = [
  [
    'throws',
    {
      error: () => {
        throw new Error('disk full')
      },
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('disk full')
    },
  ],
]
it.each(FAILING)('goes on with console.error when the logger %s', async (_, option) => {
  const error = watchConsole()
  createOperatorLog(option, createFakeClock())('store', 'The store is down.')
  await vi.waitFor(() => expect(error).toHaveBeenCalledExactlyOnceWith('hono-x-media: The store is down.'))
})

import { sign } from 'hono/jwt'
import { describe, expect, it } from 'vitest'
import { issueTicket, readTicket, type Ticket, ticketKeys } from '../../src/status-ticket.ts'
import { createFakeClock } from '../support/clock.ts'

const OLD = 'a secret of at least thirty-two bytes'
const NEW = 'the secret that takes the place of it'
const clock = createFakeClock()
const expiresAt = clock.now() / 1000 + 60
const ticket: Ticket = { mediaId: '1912103767639719936', subject: 'someone@example.com', expiresAt }

const issue = (issued: Ticket = ticket) => issueTicket(issued, [OLD])
const read = (token: string, expected: Pick<Ticket, 'mediaId' | 'subject'> = ticket) =>
  readTicket(token, expected, [OLD], clock)

describe('a ticket', () => {
  it('is read back by its subject for its media', async () => {
    const done = { mediaKey: '3_1', size: 5 }
    for (const issued of [ticket, { ...ticket, done }, { ...ticket, done: {} }]) {
      expect(await read(await issue(issued))).toEqual(issued)
    }
  })

  it('is invalid for another media, another subject, under another key, or changed', async () => {
    const token = await issue()
    const [head, claims, signature] = token.split('.')
    const reads = await Promise.all([
      read(token, { ...ticket, mediaId: '1' }),
      read(token, { ...ticket, subject: 'someone else' }),
      readTicket(token, ticket, [`${OLD}.`], clock),
      read(`${head}.${claims}.${signature}x`),
      read(`${head}.${claims}.`),
      read(''),
      read('é.é.é'),
    ])
    expect(reads).toEqual(reads.map(() => undefined))
  })

  it.each([
    [59, true],
    [60, false],
    [61, false],
  ])('that expired %i seconds ago is valid: %s, since clocks may differ by a minute', async (ago, isValid) => {
    const expired = { ...ticket, expiresAt: clock.now() / 1000 - ago }
    expect(await read(await issue(expired))).toEqual(isValid ? expired : undefined)
  })

  it('is invalid without an expiry', async () => {
    const [, claims = ''] = (await issue()).split('.')
    const { exp: _, ...endless } = JSON.parse(atob(claims))
    expect(await read(await sign(endless, OLD, 'HS256'))).toBeUndefined()
  })

  it('is invalid when unsigned or under another algorithm', async () => {
    const claims = (await issue()).split('.')[1]
    const unsigned = `${btoa('{"alg":"none","typ":"JWT"}')}.${claims}.`
    expect(await read(unsigned)).toBeUndefined()
    const other = await sign({ mid: ticket.mediaId, exp: expiresAt }, OLD, 'HS512')
    expect(await read(other)).toBeUndefined()
  })

  it('does not show who the subject is', async () => {
    const [, claims = ''] = (await issue()).split('.')
    expect(atob(claims)).not.toContain('someone')
  })
})

describe('of several keys', () => {
  it('the first one signs', async () => {
    const token = await issueTicket(ticket, [NEW, OLD])
    expect(await readTicket(token, ticket, [NEW], clock)).toEqual(ticket)
    expect(await readTicket(token, ticket, [OLD], clock)).toBeUndefined()
  })

  it('any one verifies', async () => {
    const token = await issue()
    expect(await readTicket(token, ticket, [NEW, OLD], clock)).toEqual(ticket)
    expect(await readTicket(token, ticket, [OLD, NEW], clock)).toEqual(ticket)
    expect(await readTicket(token, ticket, [NEW, `${OLD}.`], clock)).toBeUndefined()
  })

  it('each one needs 32 bytes', () => {
    const long = ['x'.repeat(32), 'é'.repeat(16)]
    expect(long.map(ticketKeys)).toEqual(long.map((key) => [key]))
    expect(ticketKeys(long)).toEqual(long)
    const bad = ['x'.repeat(31), 'é'.repeat(15), undefined, 5, [], [OLD, 'short'], ['short', OLD], [OLD, undefined]]
    expect(bad.map(ticketKeys)).toEqual(bad.map(() => undefined))
  })
})

import { sign } from 'hono/jwt'
import { describe, expect, it } from 'vitest'
import { isSecret, issueTicket, readTicket, type Ticket } from '../../src/status-ticket.ts'

const secret = 'a secret of at least thirty-two bytes'
const expiresAt = Math.floor(Date.now() / 1000) + 60
const ticket: Ticket = { mediaId: '1912103767639719936', subject: 'someone@example.com', expiresAt }

describe('a ticket', () => {
  it('is read back by its subject for its media', async () => {
    const done = { mediaKey: '3_1', size: 5 }
    for (const issued of [ticket, { ...ticket, done }, { ...ticket, done: {} }]) {
      const token = await issueTicket(issued, secret)
      expect(await readTicket(token, ticket.mediaId, ticket.subject, secret)).toEqual(issued)
    }
  })

  it('is worthless for another media, another subject, under another key, changed or expired', async () => {
    const token = await issueTicket(ticket, secret)
    const expired = await issueTicket({ ...ticket, expiresAt: expiresAt - 120 }, secret)
    const [head, claims, signature] = token.split('.')
    const reads = await Promise.all([
      readTicket(token, '1', ticket.subject, secret),
      readTicket(token, ticket.mediaId, 'someone else', secret),
      readTicket(token, ticket.mediaId, ticket.subject, `${secret}.`),
      readTicket(expired, ticket.mediaId, ticket.subject, secret),
      readTicket(`${head}.${claims}.${signature}x`, ticket.mediaId, ticket.subject, secret),
      readTicket(`${head}.${claims}.`, ticket.mediaId, ticket.subject, secret),
      readTicket('', ticket.mediaId, ticket.subject, secret),
      readTicket('é.é.é', ticket.mediaId, ticket.subject, secret),
    ])
    expect(reads).toEqual(reads.map(() => undefined))
  })

  it('is not taken unsigned or under another algorithm', async () => {
    const token = await issueTicket(ticket, secret)
    const claims = token.split('.')[1]
    const unsigned = `${btoa('{"alg":"none","typ":"JWT"}')}.${claims}.`
    expect(await readTicket(unsigned, ticket.mediaId, ticket.subject, secret)).toBeUndefined()
    const other = await sign({ mid: ticket.mediaId, exp: expiresAt }, secret, 'HS512')
    expect(await readTicket(other, ticket.mediaId, ticket.subject, secret)).toBeUndefined()
  })

  it('does not show who the subject is', async () => {
    const [, claims = ''] = (await issueTicket(ticket, secret)).split('.')
    expect(atob(claims)).not.toContain('someone')
  })

  it('wants a key of 32 bytes', () => {
    expect(['x'.repeat(31), 'é'.repeat(15), undefined].map(isSecret)).toEqual([false, false, false])
    expect(['x'.repeat(32), 'é'.repeat(16)].map(isSecret)).toEqual([true, true])
  })
})

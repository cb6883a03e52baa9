import { describe, expect, it } from 'vitest'
import { CLIENT_ENDINGS } from '../../../src/ingress/client-endings.ts'
import { createEndings } from '../../../src/ingress/endings.ts'
import { FORM_CLIENTS } from '../../support/form-clients.ts'

const UNKNOWN = { subject: 'u1', boundary: '==a', userAgent: 'app/1' }

describe('the table of endings', () => {
  it.each(FORM_CLIENTS)('recognizes $name', ({ name, boundary, userAgent, end }) => {
    const found = CLIENT_ENDINGS.find(
      (client) => client.boundary.test(boundary) && (client.userAgent?.test(userAgent) ?? true),
    )
    expect(found?.name).toBe(name)
    expect(createEndings().of({ subject: 'u1', boundary, userAgent }).bytes).toBe(end.length)
  })

  it('has each name once', () => {
    expect(new Set(CLIENT_ENDINGS.map(({ name }) => name)).size).toBe(CLIENT_ENDINGS.length)
  })
})

describe('createEndings', () => {
  it('expects one line break from a client it does not know', () => {
    expect(createEndings().of(UNKNOWN).bytes).toBe(2)
  })

  it('remembers the ending of a client, whose boundaries differ in their random part', () => {
    const endings = createEndings()
    endings.of(UNKNOWN).learn(7)
    expect(endings.of({ ...UNKNOWN, boundary: '==b01' }).bytes).toBe(7)
    expect(endings.of({ ...UNKNOWN, boundary: '--a' }).bytes).toBe(2)
    expect(endings.of({ ...UNKNOWN, userAgent: 'app/2' }).bytes).toBe(2)
  })

  it('learns nothing for one user from the forms of another', () => {
    const endings = createEndings()
    endings.of(UNKNOWN).learn(7)
    expect(endings.of({ ...UNKNOWN, subject: 'u2' }).bytes).toBe(2)
    endings.of({ ...UNKNOWN, subject: 'u2' }).learn(0)
    expect(endings.of(UNKNOWN).bytes).toBe(7)
    expect(endings.of({ ...UNKNOWN, subject: 'u2' }).bytes).toBe(0)
  })

  it('corrects the table for the user whose client differs from it, and for nobody else', () => {
    const endings = createEndings()
    const undici = { boundary: '----formdata-undici-012345678901', userAgent: 'node' }
    endings.of({ subject: 'u1', ...undici }).learn(0)
    expect(endings.of({ subject: 'u1', ...undici }).bytes).toBe(0)
    expect(endings.of({ subject: 'u2', ...undici }).bytes).toBe(2)
  })

  it('remembers 8 clients of a user, and forgets first the one that was used longest ago', () => {
    const endings = createEndings()
    const client = (app: number) => endings.of({ ...UNKNOWN, userAgent: `app/${app}` })
    for (let app = 0; app < 8; app++) client(app).learn(7)
    expect(client(0).bytes).toBe(7)
    client(8).learn(7)
    expect([0, 1, 2, 8].map((app) => client(app).bytes)).toEqual([7, 2, 7, 7])
  })

  it('lets no user who has many clients push out what it knows of others', () => {
    const endings = createEndings()
    endings.of({ ...UNKNOWN, subject: 'u2' }).learn(7)
    for (let app = 0; app < 1000; app++) endings.of({ ...UNKNOWN, userAgent: `app/${app}` }).learn(5)
    expect(endings.of({ ...UNKNOWN, subject: 'u2' }).bytes).toBe(7)
  })

  it('remembers 1000 users, and forgets first the one that was there longest ago', () => {
    const endings = createEndings()
    const undici = (user: number) =>
      endings.of({ subject: `u${user}`, boundary: '----formdata-undici-012345678901', userAgent: 'node' })
    for (let user = 0; user < 1000; user++) undici(user).learn(0)
    expect(undici(0).bytes).toBe(0)
    undici(1000).learn(0)
    expect([0, 1, 2, 1000].map((user) => undici(user).bytes)).toEqual([0, 2, 0, 0])
  })

  it('looks at the first 200 characters of a user agent', () => {
    const endings = createEndings()
    endings.of({ ...UNKNOWN, userAgent: 'a'.repeat(200) }).learn(7)
    expect(endings.of({ ...UNKNOWN, userAgent: 'a'.repeat(300) }).bytes).toBe(7)
  })
})

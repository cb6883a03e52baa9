import { describe, expect, it } from 'vitest'
import { memoryStore, type Store } from '../../../src/index.ts'
import { Browser, passTime, serveSignIn, serveX } from '../../support/sign-in.ts'

describe('signing out', () => {
  it('revokes both tokens at X, and ends every session of the user for good', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const [browser, other] = [new Browser(), new Browser()]
    await browser.signIn(server)
    await other.signIn(server)
    const token = await server.x.tokenFor('12')
    const response = await browser.signOut(server)
    expect([response.status, response.headers.get('location')]).toEqual([303, `${server.url}/`])
    expect(browser.cookies.size).toBe(0)
    expect(x.requests().counts.revoke).toBe(2)
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${x.url}/2/users/me`, { headers })).status).toBe(401)
    await browser.signIn(server)
    expect((await other.upload(server)).status).toBe(401)
    expect((await browser.upload(server)).status).toBe(201)
  })

  it('needs a press of the button: a link or another site’s form is not enough', async () => {
    const server = await serveSignIn(await serveX())
    const browser = new Browser()
    await browser.signIn(server)
    const page = await (await browser.send(`${server.url}/auth/logout`)).text()
    expect(page).toContain('<form method="post"><button>Sign out</button></form>')
    expect(page).toContain(`<a href="${server.url}/">Stay signed in</a>`)
    const headers = { origin: 'https://evil.example' }
    const init = { method: 'POST', headers, body: new URLSearchParams() }
    expect((await browser.send(`${server.url}/auth/logout`, init)).status).toBe(403)
    expect((await browser.upload(server)).status).toBe(201)
  })

  it('says where to remove the app when X does not answer', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    await browser.signIn(server)
    x.setFaults({ faults: [{ step: 'revoke', kind: 'error', times: 0 }] })
    const response = await browser.signOut(server)
    expect(response.status).toBe(502)
    expect(await response.text()).toContain('https://x.com/settings/connected_apps')
    expect((await browser.upload(server)).status).toBe(401)
  })

  it('does nothing for a browser that is not signed in', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    expect((await new Browser().signOut(server)).status).toBe(303)
    expect(x.requests().counts.revoke).toBe(0)
  })

  it('during a refresh revokes the new pair too', async () => {
    const x = await serveX()
    const memory = memoryStore()
    const store: Store = { ...memory }
    const server = await serveSignIn(x, { store })
    const browser = new Browser()
    await browser.signIn(server)
    passTime(x, 7200)
    // Right after the refresh has begun.
    store.compareAndSwap = async (...swap) => {
      store.compareAndSwap = memory.compareAndSwap
      const swapped = await memory.compareAndSwap(...swap)
      await browser.signOut(server)
      x.setFaults({})
      return swapped
    }
    x.setFaults({ faults: [{ step: 'revoke', kind: 'error', times: 0 }] })
    await expect(server.x.tokenFor('12')).rejects.toMatchObject({ code: 'sign_in_again' })
    expect(x.requests().counts).toMatchObject({ token: 2, revoke: 4 })
  })
})

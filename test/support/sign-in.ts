import { Hono } from 'hono'
import { onTestFinished, vi } from 'vitest'
import { type FetchApp, serve } from '../../adapters/node.ts'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts'
import { memoryStore, xMedia } from '../../src/index.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { type XSignIn, type XSignInOptions, xSignIn } from '../../src/oauth/index.ts'
import { sampleFile } from './media.ts'

const SECRET = 'a secret of at least thirty-two bytes'

type Client = Pick<XSignInOptions, 'clientId' | 'clientSecret'>

/** A confidential client. Its secret has the two characters that OAuth libraries escape. */
const CLIENT: Client = { clientId: 'app', clientSecret: '-a_secret-of_X' }

/** A token of the emulator. */
export const TOKEN: RegExp = /emulator-(?:access|refresh)-token/

/** An app with sign-in behind a socket, and the emulated X that it calls. */
export interface SignInServer {
  url: string
  x: XSignIn
  /** The lines that the app has logged. */
  lines: string[]
}

export interface EmulatedX extends Emulator {
  url: string
}

/** An emulated X behind a socket, until the test ends. It knows the app by `client`. */
export async function serveX(options: EmulatorOptions = {}, client: Client = CLIENT): Promise<EmulatedX> {
  const emulator = createEmulator({ tokens: {}, ...options, refresh: { ...client, ...options.refresh } })
  return { ...emulator, url: await listen(emulator.app) }
}

export interface SignInServerOptions extends Partial<Omit<XSignInOptions, keyof Client>> {
  client?: Client
}

/** Serves an app with sign-in at `/auth` and uploads at `/media`, until the test ends. */
export async function serveSignIn(
  x: EmulatedX,
  { client = CLIENT, store = memoryStore(), ...changes }: SignInServerOptions = {},
): Promise<SignInServer> {
  const lines: string[] = []
  const log = (line: string) => lines.push(line)
  const app = new Hono()
  const url = await listen(app)
  const signIn = xSignIn({
    ...client,
    redirectUri: `${url}/auth/callback`,
    secret: SECRET,
    store,
    apiBaseUrl: x.url,
    log,
    ...changes,
  })
  app.route('/auth', signIn.routes)
  app.route('/media', xMedia({ ...signIn.access, secret: SECRET, store, compat: true, log, x: { baseUrl: x.url } }))
  return { url, x: signIn, lines }
}

async function listen(app: FetchApp): Promise<string> {
  const { url, close } = await serve(app, { port: 0 })
  onTestFinished(() => close())
  return url
}

/** A browser: it keeps cookies, follows no redirect by itself, and remembers all that it saw. */
export class Browser {
  /** The cookies by name. */
  readonly cookies: Map<string, string> = new Map()
  /** Every `Set-Cookie` header that it got. */
  readonly setCookies: string[] = []
  /** Every URL, header and body that it saw. */
  readonly seen: string[] = []

  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(url, { redirect: 'manual', ...init, headers })
    for (const line of response.headers.getSetCookie()) this.#store(line)
    this.seen.push(url, JSON.stringify([...response.headers]), await response.clone().text())
    return response
  }

  #store(line: string): void {
    this.setCookies.push(line)
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/;\s*Max-Age=0(?:;|$)/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }

  /** Opens the sign-in. Resolves to the URL of X's page. */
  async openLogin(server: Pick<SignInServer, 'url'>, query = ''): Promise<string> {
    return locationOf(await this.send(`${server.url}/auth/login${query}`))
  }

  /** Presses a button on X's page. Resolves to the URL of the callback. */
  async decide(authorizeUrl: string, decision: 'authorize' | 'cancel' = 'authorize', user = '12'): Promise<string> {
    const body = new URLSearchParams({ decision, user })
    return locationOf(await fetch(authorizeUrl, { method: 'POST', body, redirect: 'manual' }))
  }

  /** A whole sign-in. Resolves to the response of the callback. */
  async signIn(server: Pick<SignInServer, 'url'>, user?: string): Promise<Response> {
    return await this.send(await this.decide(await this.openLogin(server), 'authorize', user))
  }

  async upload(server: Pick<SignInServer, 'url'>): Promise<Response> {
    return await this.send(`${server.url}/media`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: sampleFile('image/png', 5000),
    })
  }

  async signOut(server: Pick<SignInServer, 'url'>): Promise<Response> {
    const body = new URLSearchParams()
    return await this.send(`${server.url}/auth/logout`, { method: 'POST', headers: { origin: server.url }, body })
  }
}

export function locationOf(response: Response): string {
  const location = response.headers.get('location')
  if (location === null) throw new Error(`no redirect, but ${response.status}`)
  return location
}

/** Moves the clocks of X and of the servers of this process forward until the test ends. */
export function passTime(x: Emulator, seconds: number): void {
  x.advance(seconds)
  const now = systemClock.now()
  const started = performance.now()
  const spy = vi.spyOn(systemClock, 'now').mockImplementation(() => now + seconds * 1000 + performance.now() - started)
  onTestFinished(() => spy.mockRestore())
}

import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { memoryStore } from '../../src/index.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { UserTokens } from '../../src/oauth/accounts.ts'
import { type FailureReason, SignInFailure } from '../../src/oauth/failure.ts'
import type { OAuthSettings } from '../../src/oauth/oauth-client.ts'
import { parseSignInOptions } from '../../src/oauth/option-schema.ts'
import { fetchXUser } from '../../src/oauth/x-user.ts'
import { invalidToken } from '../../src/x/token-form.ts'
import { type Command, EXIT, type ExitCode, type OptionSpecs, UsageError } from '../command.ts'
import { formatVariables, readEnvFile, updateEnvFile } from '../env-file.ts'
import { ExplainedError } from '../explained-error.ts'
import { failureCode } from '../failure-code.ts'
import { portalSteps } from '../login/portal-steps.ts'
import { type Callback, listenForCallback } from '../login/sign-in.ts'
import { readPort } from '../server/demo-options.ts'
import type { Terminal } from '../terminal.ts'

const OPTIONS = {
  'client-id': {
    type: 'string',
    value: 'ID',
    help: 'The OAuth 2.0 client ID. Default: X_CLIENT_ID in the file or the environment, or it asks.',
  },
  env: { type: 'string', value: 'FILE', help: 'Write the tokens to this file, such as .env. Default: print them.' },
  'dev-vars': { type: 'boolean', help: 'Write the tokens to .dev.vars, where wrangler dev reads them.' },
  port: {
    type: 'string',
    value: 'PORT',
    help: 'The port that X sends the browser back to; it is part of the callback URI. Default 8789.',
  },
  'no-open': { type: 'boolean', help: 'Do not open the browser, only print the URL.' },
  'authorize-url': {
    type: 'string',
    value: 'URL',
    help: 'Where X asks for access. Default: X, or with --api-url, the same path there.',
  },
  'api-url': {
    type: 'string',
    value: 'URL',
    help: 'Where X’s API is, for an emulated X. Default: the variable X_API_BASE_URL, or X.',
  },
} satisfies OptionSpecs

export const login: Command = {
  name: 'login',
  summary: 'Sign in with X, and get a user’s token with media.write',
  usage: '[--env FILE | --dev-vars] [--client-id ID]',
  details: [
    'It first prints what to set up in X’s developer console. The client secret comes from X_CLIENT_SECRET in the file or the environment, or it asks; leave it empty for a public client. Without a file, the tokens go to stdout and everything else to stderr.',
    'The access token lasts two hours; X_REFRESH_TOKEN gets the next one, once. X keeps one pair of tokens for each user and app, so a new sign-in ends the tokens of the one before.',
  ],
  options: OPTIONS,
  examples: ['login --env .env', 'login --dev-vars', 'login > tokens.txt'],
  run: runLogin,
}

async function runLogin(args: string[], terminal: Terminal): Promise<ExitCode> {
  const { values } = parseArgs({ args, options: OPTIONS })
  if (values.env !== undefined && values['dev-vars']) throw new UsageError('Use --env or --dev-vars, not both.')
  const file = values['dev-vars'] ? '.dev.vars' : values.env
  const callback = await openCallback(readPort({ PORT: values.port }, 8789))
  const inFile = file === undefined ? {} : await readEnvFile(file).catch(() => ({}))
  const client = { ...terminal, env: { ...terminal.env, ...inFile } }
  try {
    for (const line of portalSteps(callback.redirectUri)) terminal.note(line)
    const settings = readSettings(
      {
        clientId: values['client-id'] ?? (await readCredential(client, 'X_CLIENT_ID', 'Client ID: ')),
        clientSecret: await readSecret(client),
        ...{
          authorizeUrl: values['authorize-url'],
          apiBaseUrl: values['api-url'] ?? (client.env['X_API_BASE_URL'] || undefined),
        },
      },
      callback,
    )
    const tokens = await callback.signIn(settings, (url) => {
      terminal.note(`Open this page, and agree:\n\n  ${url}\n`)
      if (!values['no-open']) terminal.openBrowser(url)
    })
    await announceUser(settings, tokens, terminal)
    await deliver(tokens, file, terminal)
    return EXIT.done
  } catch (error) {
    throw error instanceof SignInFailure ? withAdvice(error, callback.redirectUri) : error
  } finally {
    await callback.close()
  }
}

async function openCallback(port: number): Promise<Callback> {
  try {
    return await listenForCallback(port)
  } catch (error) {
    if (failureCode(error) !== 'EADDRINUSE') throw error
    const advice = 'Stop the program that listens there, or choose another one with --port'
    throw new ExplainedError(`Port ${port} is taken. ${advice}: it is part of the callback URI, at console.x.com too.`)
  }
}

async function readCredential({ env, ask }: Terminal, name: string, question: string): Promise<string> {
  const value = env[name] || (await ask?.(question))
  if (value) return value
  throw new UsageError(`${name} is not set. Set it to the client ID that X’s developer console shows.`)
}

/** Undefined for a public client. Not an argument: other programs of the machine can see those. */
async function readSecret({ env, ask }: Terminal): Promise<string | undefined> {
  const isDecided = env['X_CLIENT_SECRET'] !== undefined
  return (
    env['X_CLIENT_SECRET'] ||
    (isDecided ? undefined : await ask?.('Client secret (Enter for none): ', true)) ||
    undefined
  )
}

type Given = { clientId: string } & { [Name in 'clientSecret' | 'authorizeUrl' | 'apiBaseUrl']: string | undefined }

/** Checks the settings as `xSignIn` does. */
function readSettings({ clientId, ...given }: Given, { redirectUri }: Callback): OAuthSettings {
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  // Nothing is kept here, but `xSignIn` needs the two.
  const store = memoryStore()
  return parseSignInOptions({ clientId, redirectUri, store, secret: newSecret(), ...stated })
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Says who has signed in. That is a paid call of X's, so the sign-in does not depend on it. */
async function announceUser({ apiBaseUrl }: OAuthSettings, tokens: UserTokens, { note }: Terminal): Promise<void> {
  try {
    const { username } = await fetchXUser(apiBaseUrl, tokens.accessToken, systemClock)
    note(`Signed in as @${username}.`)
  } catch (error) {
    if (!(error instanceof SignInFailure)) throw error
    note(`Signed in. X did not say as whom: ${error.message}`)
  }
}

async function deliver(tokens: UserTokens, file: string | undefined, { print, note }: Terminal): Promise<void> {
  const { accessToken, refreshToken, expiresAt } = tokens
  for (const token of [accessToken, refreshToken ?? '-']) {
    if (invalidToken(token) !== undefined) throw new ExplainedError('X sent a token with characters that no token has.')
  }
  const variables = {
    X_BEARER_TOKEN: accessToken,
    ...(refreshToken === undefined ? {} : { X_REFRESH_TOKEN: refreshToken }),
    X_TOKEN_EXPIRES_AT: new Date(expiresAt).toISOString(),
  }
  if (file === undefined) {
    for (const line of formatVariables(variables)) print(line)
    return
  }
  const known = await readEnvFile(file).catch(() => ({}))
  const secret = 'X_MEDIA_SECRET' in known ? {} : { X_MEDIA_SECRET: newSecret() }
  await updateEnvFile(file, { ...variables, ...secret })
  note(`Wrote ${Object.keys({ ...variables, ...secret }).join(', ')} to ${file}. Keep it out of version control.`)
  note(`Next: npx hono-x-media doctor${file === '.env' ? '' : ` --env ${file}`}`)
}

/** What to do about a failure. X ends some of them on a page of its own: those never get here. */
const ADVICE: Readonly<Partial<Record<FailureReason, string>>> = {
  denied: 'Run this again, and agree on X’s page.',
  refused: 'A code is valid for 30 seconds, and once. Run this again.',
  client_refused: 'Copy X_CLIENT_ID and X_CLIENT_SECRET again; a public client has no secret.',
  scope_missing: 'Set the app’s permissions to "Read and write" at console.x.com, and run this again.',
  unavailable: 'Check the connection to X, and run this again.',
}

function withAdvice({ reason, message }: SignInFailure, redirectUri: string): ExplainedError {
  const advice = ADVICE[reason] ?? `Check that the app at console.x.com lists ${redirectUri}, and run this again.`
  return new ExplainedError(`${message} ${advice}`)
}

import { callbackUrlMistake } from '../../src/oauth/option-schema.ts'
import { isClientId } from '../../src/x/token-form.ts'
import type { Environment } from '../env-file.ts'
import type { Finding } from './finding.ts'

/** Whether users of this app sign in with X, as in the quick start, so that the app needs no token of its own. */
export function hasSignIn({ X_REDIRECT_URI, X_CLIENT_ID, X_BEARER_TOKEN }: Environment): boolean {
  return Boolean(X_REDIRECT_URI || (X_CLIENT_ID && !X_BEARER_TOKEN))
}

/** Checks what `xSignIn` needs, by its form: X tells only during a sign-in whether it accepts it. */
export function checkSignIn(env: Environment): Finding[] {
  return [checkClientId(env), checkClientSecret(env), checkRedirectUri(env)]
}

const COPY = 'Copy it from console.x.com, under Keys'

function checkClientId({ X_CLIENT_ID: id, X_API_BASE_URL: apiUrl }: Environment): Finding {
  const about = 'client id'
  if (!id) return { level: 'fault', about, text: `X_CLIENT_ID is not set. ${COPY}.` }
  // An emulated X takes any.
  if (apiUrl || isClientId(id)) return { level: 'ok', about, text: 'X_CLIENT_ID is set' }
  const text = `X_CLIENT_ID does not look like an OAuth 2.0 client ID. ${COPY}; the API key is another one.`
  return { level: 'warning', about, text }
}

function checkClientSecret({ X_CLIENT_SECRET: secret }: Environment): Finding {
  const about = 'client secret'
  if (secret) return { level: 'ok', about, text: 'X_CLIENT_SECRET is set' }
  return { level: 'warning', about, text: `X_CLIENT_SECRET is not set. Only a Native App has none. ${COPY}.` }
}

function checkRedirectUri({ X_REDIRECT_URI: url }: Environment): Finding {
  const about = 'redirect URI'
  if (!url)
    return { level: 'fault', about, text: 'X_REDIRECT_URI is not set: it must be the URL of the /callback route.' }
  const mistake = callbackUrlMistake(url)
  if (mistake !== undefined) return { level: 'fault', about, text: `X_REDIRECT_URI ${mistake}.` }
  return { level: 'ok', about, text: `X_REDIRECT_URI is ${url}: the app at console.x.com must list exactly this` }
}

import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { FailureReason } from './failure.ts'

interface Message {
  status: ContentfulStatusCode
  title: string
  /** What happened, and what to do. */
  text: string
}

const MESSAGES: Readonly<Record<FailureReason, Message>> = {
  denied: {
    status: 403,
    title: 'You did not give access',
    text: 'Without access to your X account, this app cannot upload for you. It has stored nothing.',
  },
  lost: {
    status: 400,
    title: 'This sign-in cannot be finished',
    text: 'It started more than ten minutes ago, is finished already, or started in another browser or under another address. Start again from the link below.',
  },
  refused: {
    status: 400,
    title: 'X did not accept this sign-in',
    text: 'After you agree on X, a sign-in is valid for 30 seconds, and only once. Start again from the link below.',
  },
  client_refused: {
    status: 500,
    title: 'This app is not set up correctly',
    text: 'X does not accept the credentials of this app. Tell the people who run it: its log says more.',
  },
  scope_missing: {
    status: 403,
    title: 'X did not grant all that this app needs',
    text: 'This app may not upload media for you. Tell the people who run it: its log says which permission is missing. Then sign in again.',
  },
  payment_required: {
    status: 502,
    title: 'X asks this app for payment',
    text: 'Tell the people who run this app that it has no credits at X. Then sign in again.',
  },
  forbidden: {
    status: 502,
    title: 'X does not tell this app who you are',
    text: 'Tell the people who run this app: its log says more. Then sign in again.',
  },
  not_accepted: {
    status: 403,
    title: 'This app did not accept your X account',
    text: 'Sign in to the app itself first. Then sign in with X again.',
  },
  still_connected: {
    status: 502,
    title: 'You are signed out of this app only',
    text: 'X did not answer, so it may still list this app among those with access to your account. You can remove the app at https://x.com/settings/connected_apps.',
  },
  store_unavailable: {
    status: 503,
    title: 'This app could not save your sign-in',
    text: 'Try again in a few minutes.',
  },
  unavailable: {
    status: 502,
    title: 'X did not answer as expected',
    text: 'Try again in a few minutes.',
  },
}

/** The page on which a failed sign-in ends. */
export function failurePage(c: Context, reason: FailureReason, loginUrl: string): Response | Promise<Response> {
  const { status, title, text } = MESSAGES[reason]
  return respond(c, status, title, html`<p>${text}</p><p><a href="${loginUrl}">Sign in with X</a></p>`)
}

/** The page that asks before it signs a user out: a mere link must not do it. @param backUrl For those who stay. */
export function logoutPage(c: Context, backUrl: string): Response | Promise<Response> {
  const content = html`<p>This app then has no access to your X account any more, from any browser.</p>
<form method="post"><button>Sign out</button></form>
<p><a href="${backUrl}">Stay signed in</a></p>`
  return respond(c, 200, 'Sign out', content)
}

type Html = ReturnType<typeof html>

function respond(c: Context, status: ContentfulStatusCode, title: string, content: Html): Response | Promise<Response> {
  c.header('content-security-policy', "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
  const page = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<h1>${title}</h1>
${content}
</html>`
  return c.html(page, status)
}

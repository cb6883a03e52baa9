import { XMediaUploadError } from '../src/browser/upload-error.ts'
import { XMediaError } from '../src/errors.ts'
import { SignInFailure } from '../src/oauth/failure.ts'
import { ExplainedError } from './explained-error.ts'
import { failureCode } from './failure-code.ts'

/** What to tell people about an error, without a stack; undefined for a bug, whose stack is worth seeing. */
export function explain(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof XMediaUploadError) return explainRefusal(error)
  if (error instanceof XMediaError) return withCause(error)
  if (error instanceof ExplainedError || error instanceof SignInFailure) return error.message
  if (error instanceof TypeError && error.message.startsWith('These options do not work')) return error.message
  const { code, port, path } = readSystemError(error)
  if (code === 'EADDRINUSE') {
    return `${port === undefined ? 'The port' : `Port ${port}`} is taken. Stop the program that listens there, or choose another port, such as PORT=8790.`
  }
  if (path === undefined) return undefined
  if (code === 'ENOENT') return `${path}: there is no such file.`
  return code === undefined ? undefined : `${path} cannot be opened (${code}).`
}

/** The server's own words come second, unless they only repeat the first sentence. */
function explainRefusal({ code, message, detail }: XMediaUploadError): string {
  if (code === 'unauthorized') return 'You are not signed in. Send your sign-in with --header, such as a Cookie.'
  return [message, detail].filter(Boolean).join(' ')
}

/** With the code of the network's error, such as `ENOTFOUND`, when X could not be reached. */
function withCause({ code, message, cause }: XMediaError): string {
  if (code !== 'x_unavailable' || !(cause instanceof Error)) return message
  return message.replace(/\.$/, ` (${failureCode(cause)}).`)
}

/** What runtimes say about a failed call of the system. */
function readSystemError(error: Error): { code?: string; port?: number; path?: string } {
  const code: unknown = Reflect.get(error, 'code')
  const port: unknown = Reflect.get(error, 'port')
  const path: unknown = Reflect.get(error, 'path')
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof port === 'number' && { port }),
    ...(typeof path === 'string' && { path }),
  }
}

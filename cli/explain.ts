import { XMediaUploadError } from '../src/browser/upload-error.ts'
import { XMediaError } from '../src/errors.ts'
import { SignInFailure } from '../src/oauth/failure.ts'
import { ExplainedError } from './explained-error.ts'

/** What to tell people about an error, without a stack; undefined for a bug, whose stack is worth seeing. */
export function explain(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof XMediaUploadError) return [error.message, error.detail].filter(Boolean).join(' ')
  if (error instanceof ExplainedError || error instanceof XMediaError || error instanceof SignInFailure) {
    return error.message
  }
  if (error instanceof TypeError && error.message.startsWith('These options do not work')) return error.message
  const { code, port, path } = readSystemError(error)
  if (code === 'EADDRINUSE') {
    return `${port === undefined ? 'The port' : `Port ${port}`} is taken. Stop the program that listens there, or choose another port, such as PORT=8790.`
  }
  if (path === undefined) return undefined
  if (code === 'ENOENT') return `${path}: there is no such file.`
  return code === undefined ? undefined : `${path} cannot be opened (${code}).`
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

import type { Environment } from './env-file.ts'

/** Where X's API is, without a slash at the end: `X_API_BASE_URL`, or X itself. */
export function xBaseUrl({ X_API_BASE_URL: url }: Environment): string {
  return (url || 'https://api.x.com').replace(/\/+$/, '')
}

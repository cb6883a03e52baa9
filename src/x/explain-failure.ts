import { XMediaError } from '../errors.ts'
import { createTextFilter } from './text-filter.ts'

/** Credentials, and queries, which may have tickets. */
const SECRETS_OF_URLS = /[^\s/@]*@|\?\S+/g

/** The most errors of a chain that are told. */
const MAX_DEPTH = 4

/**
 * Tells the operator in sentences why something failed: an error and its causes. Our own errors keep their words. Others may
 * quote anything, so only words remain of them, and URLs lose their queries and credentials.
 *
 * @param secrets A text with a part of one of these is left out.
 */
export function explainFailure(failure: unknown, secrets: Iterable<string>): string {
  const filters = [...secrets].map((token) => createTextFilter({ token }))
  const filter = (text: string) => filters.reduce((left, next) => next(left) ?? '…', text.replace(SECRETS_OF_URLS, '…'))
  const sentences: string[] = []
  for (let error = failure; error !== undefined && sentences.length < MAX_DEPTH; ) {
    const text = error instanceof XMediaError ? (error.note ?? error.message) : filter(String(error))
    sentences.push(/[.!?…]$/.test(text) ? text : `${text}.`)
    error = error instanceof Error ? error.cause : undefined
  }
  return sentences.join(' Cause: ')
}

import * as z from 'zod/mini'
import type { LogOption } from './operator-log.ts'

/**
 * A mistake that does not keep others from being found, as `z.custom` does by itself.
 *
 * @param error What is wrong, as the rest of a sentence that begins with the option's name.
 */
export function valid<T>(
  isValid: (value: unknown) => boolean,
  error: string | ((value: unknown) => string),
): z.ZodMiniType<T> {
  return z.custom<T>(isValid, { error: typeof error === 'string' ? error : ({ input }) => error(input), abort: false })
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

export function func<T>(): z.ZodMiniType<T> {
  return valid<T>(isFunction, 'must be a function')
}

export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => isFunction(Reflect.get(value, name)))
}

export const logOption: z.ZodMiniType<LogOption | undefined> = z.optional(
  valid<LogOption>(
    (value) => value === false || isFunction(value) || hasMethods(value, 'error'),
    'must be a logger or false',
  ),
)

/** A URL to add paths to: it comes out without a slash at its end. */
export const baseUrl: z.ZodMiniType<string> = z.pipe(
  z.string().check(z.refine(isBaseUrl, 'must be an http(s) URL without credentials, query or fragment')),
  z.transform((text: string) => new URL(text).href.replace(/\/+$/, '')),
)

/** Whether a text is an http(s) URL without credentials, query or fragment. */
export function isBaseUrl(text: string): boolean {
  // Node has no URL.parse before 20.18.
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && /^https?:$/.test(url.protocol) && url.href === url.origin + url.pathname
}

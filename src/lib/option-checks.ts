import * as z from 'zod/mini'

/** A mistake that does not keep others from being found, as `z.custom` does by itself. */
export const valid = <T>(isValid: (value: unknown) => boolean, error: string): z.ZodMiniType<T> =>
  z.custom<T>(isValid, { error, abort: false })

export const isFunction = (value: unknown): boolean => typeof value === 'function'

export const func = <T>(): z.ZodMiniType<T> => valid<T>(isFunction, 'must be a function')

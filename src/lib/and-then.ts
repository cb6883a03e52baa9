/** A value, or a promise of it: a promise for every read would cost more than the reads themselves. */
export type Awaitable<T> = T | Promise<T>

/** Whether a value is still to come. Looks for `then`: zone.js replaces `Promise`, and Jest has its own. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** Calls `next` with a value: at once if it is there, or when its promise resolves. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** A value, or a promise of it: a promise for every read would cost more than the reads themselves. */
export type Awaitable<T> = T | Promise<T>

/** Calls `next` with a value: at once if it is there, or when its promise resolves. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}

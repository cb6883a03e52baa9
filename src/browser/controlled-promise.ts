/**
 * Adds methods and getters to a promise. A subclass would not do: React Native's `Promise` calls the constructor of a
 * subclass with arguments of its own.
 */
export function controlledPromise<Result, Controls extends object>(
  promise: Promise<Result>,
  controls: Controls,
): Promise<Result> & Controls {
  // `assign` alone would copy what the getters return now.
  return Object.defineProperties(Object.assign(promise, controls), Object.getOwnPropertyDescriptors(controls))
}

/** The same bytes, which count how often one of them is read: by its index, or by a method that may look at all of them. */
export function counted(bytes: Uint8Array): { bytes: Uint8Array; reads: () => number } {
  let reads = 0
  const watch = (view: Uint8Array): Uint8Array =>
    new Proxy(view, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1
        // Getters and methods of typed arrays do not work on a proxy.
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== 'function') return value
        if (key === 'subarray') return (start?: number, end?: number) => watch(target.subarray(start, end))
        if (key === 'indexOf') {
          return (byte: number, from = 0) => {
            const index = target.indexOf(byte, from)
            reads += (index < 0 ? target.length : index + 1) - from
            return index
          }
        }
        return (...args: unknown[]): unknown => {
          reads += target.length
          return Reflect.apply(value, target, args)
        }
      },
    })
  return { bytes: watch(bytes), reads: () => reads }
}

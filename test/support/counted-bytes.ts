/** The same bytes, which count how many of them are read. */
export function counted(bytes: Uint8Array): { bytes: Uint8Array; reads: () => number } {
  let reads = 0
  const proxy = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1
      if (key === 'subarray') {
        return (start?: number, end?: number) => {
          const part = target.subarray(start, end)
          reads += part.length
          return part
        }
      }
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        // The methods that look for a byte may look at all of them.
        reads += target.length
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { bytes: proxy, reads: () => reads }
}

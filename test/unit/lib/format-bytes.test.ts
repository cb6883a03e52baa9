import { expect, it } from 'vitest'
import { formatBytes, formatSize } from '../../../src/lib/format-bytes.ts'

it('formatBytes groups the digits by thousands, and knows the singular', () => {
  expect([0, 1, 1024, 5_000_000].map(formatBytes)).toEqual(['0 bytes', '1 byte', '1,024 bytes', '5,000,000 bytes'])
})

it('formatSize also says megabytes from one of them on, and whole MiB as such', () => {
  expect(formatSize(999_999)).toBe('999,999 bytes')
  expect(formatSize(1_000_000)).toBe('1.0 MB (1,000,000 bytes)')
  expect(formatSize(5_242_881)).toBe('5.2 MB (5,242,881 bytes)')
  expect(formatSize(1_073_741_824)).toBe('1,024 MiB (1,073,741,824 bytes)')
})

import { expect, it } from 'vitest'
import { formatBytes } from '../../../src/lib/format-bytes.ts'

it('formatBytes groups the digits by thousands, and knows the singular', () => {
  expect([0, 1, 1024, 5_000_000].map(formatBytes)).toEqual(['0 bytes', '1 byte', '1,024 bytes', '5,000,000 bytes'])
})

import process from 'node:process'
import { fuzzMedia } from '../test/support/fuzz-media.ts'

/** `node bench/fuzz-media.ts [inputs] [seed]`: reads so many mutated files, 200,000 by default, and fails if one is not borne. */

const INPUTS = 200_000

const [inputs = INPUTS, seed = Date.now()] = process.argv.slice(2).map(Number)
const result = fuzzMedia(inputs, seed)
console.log({ seed, ...result })
if (result.failures.length > 0) process.exitCode = 1

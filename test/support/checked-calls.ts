import { expect } from 'vitest'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import { type Calls, createCalls } from './emulator-calls.ts'
import { faultsOf } from './x-openapi.ts'

/** Calls to an emulator, each of whose answers must be as X's OpenAPI says. Counts the answers by status. */
export function createCheckedCalls(
  options: EmulatorOptions = {},
  token?: string,
): { calls: Calls; statuses: number[] } {
  const calls = createCalls(options, token)
  const { send } = calls
  const statuses: number[] = []
  calls.send = async (method, path, init) => {
    const answer = await send(method, path, init)
    expect(await faultsOf(method, path, answer)).toEqual([])
    statuses.push(answer.status)
    return answer
  }
  return { calls, statuses }
}

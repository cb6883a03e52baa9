import { describe, expect, it } from 'vitest'
import { XMediaError } from '../../../src/index.ts'
import { abortable, createAbortScope, deadlineExceeded } from '../../../src/lib/abort-scope.ts'
import { createFakeClock } from '../../support/clock.ts'

describe('createAbortScope', () => {
  it('aborts when its time is up', async () => {
    const clock = createFakeClock()
    const { signal } = createAbortScope(clock, { timeoutMs: 100, timeoutError: deadlineExceeded })
    await clock.advance(99)
    expect(signal.aborted).toBe(false)
    await clock.advance(1)
    expect(signal.reason).toMatchObject({ code: 'deadline_exceeded' })
  })

  it('aborts with its parent, now or from the start, and names the closed connection as the reason', () => {
    const parent = new AbortController()
    const options = { parent: parent.signal, timeoutMs: 100, timeoutError: deadlineExceeded }
    const early = createAbortScope(createFakeClock(), options)
    parent.abort('socket hang up')
    const late = createAbortScope(createFakeClock(), options)
    for (const { signal } of [early, late]) {
      expect(signal.reason).toMatchObject({ code: 'client_closed', cause: 'socket hang up' })
    }
  })

  it('keeps the reason of its parent when that is an XMediaError', () => {
    const reason = new XMediaError('upload_locked', 'Another request has the upload.')
    const options = { parent: AbortSignal.abort(reason), timeoutMs: 100, timeoutError: deadlineExceeded }
    expect(createAbortScope(createFakeClock(), options).signal.reason).toBe(reason)
  })

  it('leaves no timer after it is disposed of, and no longer aborts with its parent', () => {
    const clock = createFakeClock()
    const parent = new AbortController()
    const scope = createAbortScope(clock, { parent: parent.signal, timeoutMs: 100, timeoutError: deadlineExceeded })
    expect(clock.timers).toBe(1)
    scope.dispose()
    parent.abort()
    expect(clock.timers).toBe(0)
    expect(scope.signal.aborted).toBe(false)
  })
})

describe('abortable', () => {
  it('settles like the work', async () => {
    const { signal } = new AbortController()
    expect(await abortable(Promise.resolve(1), signal)).toBe(1)
    await expect(abortable(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken')
  })

  it('rejects with the reason of the signal, even if the work never settles', async () => {
    const controller = new AbortController()
    const never = new Promise(() => {})
    const pending = abortable(never, controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(pending).rejects.toBe(reason)
    await expect(abortable(never, controller.signal)).rejects.toBe(reason)
  })
})

import { describe, expect, it } from 'vitest'
import { createEmulator, FAULT_KINDS, STEPS } from '../../../src/emulator/index.ts'
import { createCalls } from '../../support/emulator-calls.ts'

const COMMON_MEMBERS = '"kind" or "step" or "at" or "times"'
const ANY_STEP = STEPS.map((step) => `"${step}"`).join(' or ')
const ANY_KIND = FAULT_KINDS.map((kind) => `"${kind}"`).join(' or ')

/** A fault that cannot happen, and the sentence that says so. */
const MISTAKES: [fault: object, sentence: string][] = [
  [{ step: 'apend', kind: 'error' }, `faults.0.step must be ${ANY_STEP}, not "apend"`],
  [{ kind: 'error' }, `faults.0.step must be ${ANY_STEP}, not undefined`],
  [{ step: 'append', kind: 'explode' }, `faults.0.kind must be ${ANY_KIND}, not "explode"`],
  [
    { step: 'append', kind: 'hang', statsu: 500 },
    `faults.0.statsu is not a member of a fault of kind "hang"; it can have ${COMMON_MEMBERS} or "when"`,
  ],
  [
    { step: 'append', kind: 'too_large', when: 'after' },
    `faults.0.when is not a member of a fault of kind "too_large"; it can have ${COMMON_MEMBERS} or "status" or "bytes"`,
  ],
  [
    { step: 'finalize', kind: 'too_large' },
    'faults.0.step must be "append" in a fault of kind "too_large", not "finalize"',
  ],
  [
    { step: 'initialize', kind: 'session_expired' },
    'faults.0.step must be "append" or "finalize" or "status" or "metadata" or "subtitles" in a fault of kind "session_expired", not "initialize"',
  ],
  [
    { step: 'append', kind: 'processing_done' },
    'faults.0.step must be "finalize" or "status" in a fault of kind "processing_done", not "append"',
  ],
  [
    { step: 'append', kind: 'success', body: 'v1' },
    'faults.0.step must be "initialize" or "finalize" or "status" or "upload" in a fault with the body "v1", not "append"',
  ],
  [
    { step: 'finalize', kind: 'success', body: 'problem' },
    'faults.0.body must be "unwrapped" or "v1" or "numeric_id" or "other_id" or "truncated" or "empty_object" or "html" or "empty" in a fault of kind "success", not "problem"',
  ],
  [
    { step: 'finalize', kind: 'error', body: 'v1' },
    'faults.0.body must be "problem" or "spend_cap" or "errors" or "strings" or "error" or "request_error" or "text" or "html" or "empty" in a fault of kind "error", not "v1"',
  ],
  [
    { step: 'append', kind: 'error', status: 399 },
    'faults.0.status must be from 400 to 599 in a fault of kind "error", not 399',
  ],
  [
    { step: 'append', kind: 'error', status: 600 },
    'faults.0.status must be from 400 to 599 in a fault of kind "error", not 600',
  ],
  [
    { step: 'append', kind: 'success', status: 199 },
    'faults.0.status must be from 200 to 299 in a fault of kind "success", not 199',
  ],
  [
    { step: 'append', kind: 'success', status: 300 },
    'faults.0.status must be from 200 to 299 in a fault of kind "success", not 300',
  ],
  [{ step: 'append', kind: 'error', limit: 'rate' }, 'faults.0.limit needs the status 429'],
  [{ step: 'append', kind: 'error', status: 503, waitSecs: 1 }, 'faults.0.waitSecs needs the status 429'],
  [
    { step: 'finalize', kind: 'error', at: 'last' },
    'faults.0.at must be a whole number or "first" at the step "finalize", not "last", which is the place of a segment',
  ],
  [{ step: 'append', kind: 'error', at: 'end' }, "faults.0.at must be a whole number or 'first' or 'middle' or 'last'"],
  [{ step: 'append', kind: 'error', times: -1 }, 'faults.0.times must be at least 0, not -1'],
]

describe('a fault that cannot happen', () => {
  it.each(MISTAKES)('%j is refused with a sentence', async (fault, sentence) => {
    const message = `These options do not work:\n- ${sentence}`
    const plan = JSON.parse(JSON.stringify({ faults: [fault] }))
    expect(() => createEmulator(plan)).toThrow(new TypeError(message))
    expect(() => createEmulator().setFaults(plan)).toThrow(new TypeError(message))
    const answer = await createCalls().send('PUT', '/_emulator/faults', { body: JSON.stringify(plan) })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [{ message }] })
  })

  it('leaves the faults as they are', async () => {
    const calls = createCalls({ faults: [{ step: 'initialize', kind: 'error' }] })
    const plan = JSON.parse('{"faults":[{"step":"initialize","kind":"explode"}]}')
    expect(() => calls.emulator.setFaults(plan)).toThrow(TypeError)
    expect((await calls.postJson('/2/media/upload/initialize', {})).status).toBe(503)
  })

  it.each([
    ['{"fautls":[]}', 'fautls is not an option: did you mean faults?'],
    ['[]', 'options must be an object, not an array'],
    ['{"random":{"seed":1,"rate":1.1}}', 'random.rate must be at most 1, not 1.1'],
    [
      '{"random":{"seed":1,"rate":1,"effects":[{"kind":"reset","status":500}]}}',
      'random.effects.0.status is not a member of a fault of kind "reset"; it can have "kind" or "when"',
    ],
    [
      '{"random":{"seed":1,"rate":1,"steps":["finalize"],"effects":[{"kind":"error"},{"kind":"too_large"}]}}',
      'random.effects.1 can happen at none of the steps of random.steps',
    ],
    [
      '{"random":{"seed":1,"rate":1,"steps":["finalize"],"effects":[{"kind":"error","when":"after"}]}}',
      'random.effects.0 can happen at none of the steps of random.steps',
    ],
  ])('in the plan %s is refused with a sentence', (plan, sentence) => {
    const message = `These options do not work:\n- ${sentence}`
    expect(() => createEmulator().setFaults(JSON.parse(plan))).toThrow(new TypeError(message))
  })

  it('is refused by the control route also when the plan is no JSON', async () => {
    const answer = await createCalls().send('PUT', '/_emulator/faults', { body: '{' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [{ message: 'Request body is not valid JSON.' }] })
  })
})

describe('a fault that can happen', () => {
  it.each([
    [{ step: 'append', kind: 'error', status: 400 }],
    [{ step: 'append', kind: 'error', status: 599 }],
    [{ step: 'append', kind: 'success', status: 200 }],
    [{ step: 'append', kind: 'success', status: 299 }],
    [{ step: 'append', kind: 'error', status: 429, limit: 'none', waitSecs: 0 }],
    [{ step: 'append', kind: 'error', at: 9999, times: 0 }],
    [{ step: 'post', kind: 'success', body: 'html' }],
    [{ step: 'lookup', kind: 'redirect', when: 'after', location: 'https://x.test/' }],
    [{ step: 'subtitles', kind: 'session_expired' }],
    [{ step: 'status', kind: 'check_after', checkAfterSecs: null }],
  ])('%j is accepted', async (fault) => {
    const body = JSON.stringify({ faults: [fault] })
    expect((await createCalls().send('PUT', '/_emulator/faults', { body })).status).toBe(204)
  })
})

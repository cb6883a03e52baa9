import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'

const GENERAL = 'These options do not work:'

describe('the options of the emulator', () => {
  it.each([
    ['{"mediaRule":false}', 'mediaRule is not an option: did you mean mediaRules?'],
    ['{"maxsegments":10}', 'maxsegments is not an option: did you mean maxSegments?'],
    ['{"fautls":[]}', 'fautls is not an option: did you mean faults?'],
    ['{"pendingSecs":0}', 'pendingSecs is not an option: did you mean processing.pendingSecs?'],
    ['{"processing":{"pendingSec":0}}', 'processing.pendingSec is not an option: did you mean processing.pendingSecs?'],
    ['{"refresh":{"clientid":"a"}}', 'refresh.clientid is not an option: did you mean refresh.clientId?'],
    ['{"tokens":{"a":{"scope":[]}}}', 'tokens.a.scope is not an option'],
    ['{"latency":1}', 'latency is not an option'],
    ['{"account":"gold"}', 'account must be "ordinary" or "premium", not "gold"'],
    ['{"tokens":{"a":{"account":true}}}', 'tokens.a.account must be "ordinary" or "premium", not a boolean'],
    ['{"mediaRules":"off"}', 'mediaRules must be a boolean, not a string'],
    ['{"dialect":"v1"}', 'dialect must be "both" or "resource" or "command", not "v1"'],
    ['{"maxSegmentBytes":0}', 'maxSegmentBytes must be at least 1, not 0'],
    ['{"processing":{"inProgressSecs":-1}}', 'processing.inProgressSecs must be at least 0, not -1'],
    ['{"now":1}', 'now must be a function'],
    ['[]', 'options must be an object, not an array'],
  ])('%s are refused: %s', (options, sentence) => {
    expect(() => createEmulator(JSON.parse(options))).toThrow(new TypeError(`${GENERAL}\n- ${sentence}`))
  })

  it('are refused with all that is wrong with them', () => {
    const options = JSON.parse(
      '{"premium":true,"maxSegments":0,"faults":[{"step":"append","kind":"error","times":-1}]}',
    )
    const sentences = [
      'faults.0.times must be at least 0, not -1',
      'maxSegments must be at least 1, not 0',
      'premium is not an option',
    ]
    expect(() => createEmulator(options)).toThrow(
      new TypeError([GENERAL, ...sentences.map((sentence) => `- ${sentence}`)].join('\n')),
    )
  })

  it('have their defaults where they are undefined', async () => {
    const names = ['tokens', 'refresh', 'account', 'faults', 'random', 'processing', 'mediaRules', 'now', 'reset']
    const emulator = createEmulator(Object.fromEntries(names.map((name) => [name, undefined])))
    const headers = { authorization: 'Bearer any', 'content-type': 'application/json' }
    const request = { method: 'POST', headers, body: '{"total_bytes":1}' }
    const answer = await emulator.app.request('/2/media/upload/initialize', request)
    expect(await answer.json()).toMatchObject({ data: { expires_after_secs: 86_400 } })
  })
})

import { describe, expect, it } from 'vitest'
import { readMediaRules, X_MEDIA_RULES } from '../../../../src/media/rules/media-rules.ts'
import { MEDIA_CATEGORIES } from '../../../../src/x/limits.ts'

const [rule] = X_MEDIA_RULES

/** Options as JavaScript passes them, unchecked. */
const unchecked = (options: object) => Reflect.apply(readMediaRules, undefined, [options])

const TRANSFORMS = { transformBytes: 25 * 1024 * 1024, transformWhen: 'needed' }

describe('the options of mediaRules', () => {
  it('has X’s rules for an unknown account, and refuses, by default', () => {
    expect(readMediaRules({})).toEqual({
      ...{ account: 'unknown', rules: X_MEDIA_RULES, onViolation: 'refuse' },
      ...TRANSFORMS,
    })
  })

  it('takes rules of the app’s own', () => {
    const rules = X_MEDIA_RULES.filter(({ name }) => name !== 'bit_rate')
    expect(readMediaRules({ account: 'premium', rules, onViolation: 'warn' })).toEqual({
      account: 'premium',
      rules,
      onViolation: 'warn',
      ...TRANSFORMS,
    })
  })

  it('lists everything wrong with its options', () => {
    const broken = {
      ...rule,
      name: '',
      categories: ['video'],
      verdict: 'perhaps',
      value: 5,
      limit: {},
      show: 1,
      source: 2,
    }
    expect(() => unchecked({ acount: 'premium', onViolation: 'ask', rules: [broken] })).toThrow(
      new TypeError(
        [
          'These options do not work:',
          '- rules.0.name must not be empty',
          `- rules.0.categories.0 must be ${MEDIA_CATEGORIES.map((name) => `"${name}"`).join(' or ')}, not "video"`,
          '- rules.0.verdict must be "refuse" or "refuse-if-account-known" or "warn", not "perhaps"',
          '- rules.0.value must be a function',
          '- rules.0.limit must be { max }, { min } or { oneOf }',
          '- rules.0.show must be a function',
          '- rules.0.source must be a string, not 2',
          '- onViolation must be "refuse" or "warn", not "ask"',
          '- acount is not an option: did you mean account?',
        ].join('\n'),
      ),
    )
  })

  it.each([
    [{ transform: true }, 'transform must be a function'],
    [{ transformBytes: 0 }, 'transformBytes must be at least 1, not 0'],
    [{ transformBytes: Number.POSITIVE_INFINITY }, 'transformBytes must be a number, not Infinity'],
    [{ transformWhen: 'never' }, 'transformWhen must be "needed" or "always", not "never"'],
  ])('refuses %o', (options, mistake) => {
    expect(() => unchecked(options)).toThrow(new TypeError(`These options do not work:\n- ${mistake}`))
  })

  it.each([
    [{ max: 5 }, true],
    [{ min: 0 }, true],
    [{ max: { ordinary: 5, premium: 6 } }, true],
    [{ oneOf: ['a'] }, true],
    [{ oneOf: [] }, false],
    [{ oneOf: [5] }, false],
    [{ max: Number.NaN }, false],
    [{ max: { ordinary: 5 } }, false],
    [{ min: 1, max: 2 }, false],
    [{ least: 1 }, false],
    [5, false],
  ])('checks the limit of a rule: %j', (limit, isGood) => {
    const options = { rules: [{ ...rule, limit }] }
    if (isGood) expect(unchecked(options)).toMatchObject(options)
    else expect(() => unchecked(options)).toThrow('- rules.0.limit must be { max }, { min } or { oneOf }')
  })
})

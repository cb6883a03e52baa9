import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFairBudget } from '../../../src/lib/fair-budget.ts'

const TOTAL = 3200
const SHARE = 100

describe('createFairBudget', () => {
  it('keeps 1/32 for each of sixteen subjects that have nothing, whatever the others have taken', () => {
    const others = fc.integer({ min: 1, max: 15 }).map((number) => `other ${number}`)
    const steps = fc.array(fc.tuple(others, fc.integer({ min: -500, max: 2000 })))
    fc.assert(
      fc.property(steps, (taken) => {
        const budget = createFairBudget(TOTAL)
        for (const [subject, amount] of taken) {
          if (amount >= 0) budget.take(subject, amount)
          else budget.give(subject, Math.min(-amount, budget.heldBy(subject)))
        }
        const subjects = new Set(taken.map(([subject]) => subject))
        expect(budget.used).toBe([...subjects].reduce((sum, subject) => sum + budget.heldBy(subject), 0))
        expect(budget.take('new', SHARE)).toBe(true)
        expect(budget.used).toBeLessThanOrEqual(TOTAL)
      }),
    )
  })

  it('gives one subject half, and sixteen others their shares', () => {
    const budget = createFairBudget(TOTAL)
    expect(budget.take('first', TOTAL / 2 + 1)).toBe(false)
    expect(budget.take('first', TOTAL / 2)).toBe(true)
    for (let number = 0; number < 16; number++) expect(budget.take(`other ${number}`, SHARE)).toBe(true)
    expect(budget.take('other 0', 1)).toBe(false)
    expect(budget.take('seventeenth', 1)).toBe(false)
  })

  it('uses up no share while the common half has room', () => {
    const budget = createFairBudget(TOTAL)
    for (let number = 0; number < 16; number++) budget.take(`early ${number}`, SHARE)
    for (let number = 0; number < 16; number++) expect(budget.take(`late ${number}`, SHARE)).toBe(true)
    expect(budget.available('early 0')).toBe(0)
    budget.give('early 1', SHARE)
    expect(budget.available('early 0')).toBe(SHARE)
  })

  it('keeps nothing from the app itself', () => {
    const budget = createFairBudget(TOTAL)
    expect(budget.take(undefined, TOTAL)).toBe(true)
    expect(budget.available('other')).toBe(0)
    budget.give(undefined, TOTAL)
    expect(budget.used).toBe(0)
  })
})

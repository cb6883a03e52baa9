import { describe, expect, it } from 'vitest'
import { VERSION } from '../../../src/openapi/openapi.ts'
import { runCommand } from '../../support/cli.ts'

const COMMANDS = ['login', 'doctor', 'upload', 'emulator', 'serve']

describe('the help', () => {
  it('lists every command, and the exit codes', async () => {
    const { code, stdout, stderr } = await runCommand(['--help'])
    expect(stdout).toMatch(/^Usage: hono-x-media <command> \[options\]$/m)
    expect([...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)).toEqual(COMMANDS)
    expect(stdout).toMatch(/Exit codes:\n {2}0 {2}.+\n {2}1 {2}.+\n {2}2 {2}/)
    expect([code, stderr]).toEqual([0, ''])
    expect(await runCommand(['help'])).toMatchObject({ stdout })
    expect(await runCommand([])).toMatchObject({ code: 2, stdout: '', stderr: stdout })
  })

  it.each(COMMANDS)('for %s says what it does, how, and gives examples', async (name) => {
    const { code, stdout } = await runCommand([name, '--help'])
    expect(stdout).toMatch(new RegExp(`^Usage: hono-x-media ${name} `, 'm'))
    expect(stdout).toMatch(/^Options:\n(?: .+\n)* {2}--help +Show this help\.$/m)
    expect(stdout).toMatch(new RegExp(`^Examples:\n {2}hono-x-media ${name}`, 'm'))
    const [prose = ''] = stdout.split('\n\nExamples:')
    expect(prose.split('\n').filter((line) => line.length > 96)).toEqual([])
    expect(code).toBe(0)
    expect(await runCommand(['help', name])).toMatchObject({ stdout })
  })

  it('names the command that was probably meant', async () => {
    const stderr = 'There is no command uplod: did you mean upload?'
    expect(await runCommand(['uplod'])).toMatchObject({ code: 2, stderr })
    expect((await runCommand(['help', 'nonsense'])).stderr).toBe(
      'There is no command nonsense: hono-x-media --help lists them',
    )
  })

  it('shows the version', async () => {
    expect(await runCommand(['--version'])).toMatchObject({ code: 0, stdout: VERSION })
  })
})

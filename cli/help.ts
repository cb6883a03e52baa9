import type { Command, OptionSpec, OptionSpecs } from './command.ts'

const NAME = 'hono-x-media'

const EXIT_CODES: readonly Row[] = [
  ['0', 'It is done. For doctor: nothing is wrong.'],
  ['1', 'It failed. For doctor: something is wrong.'],
  ['2', 'The arguments are wrong.'],
]

/** The help for all commands. */
export function overview(commands: readonly Command[]): string {
  return sections([
    [`${NAME} uploads media to X, and helps to set up servers that do.`],
    [`Usage: ${NAME} <command> [options]`],
    ['Commands:', ...table(commands.map(({ name, summary }) => [name, summary]))],
    [`${NAME} <command> --help says more about a command, ${NAME} --version which version this is.`],
    ['Exit codes:', ...table(EXIT_CODES)],
  ])
}

/** The help for one command. */
export function commandHelp({ name, summary, usage, details, options, examples }: Command): string {
  return sections([
    [`${summary}.`],
    [`Usage: ${NAME} ${name} ${usage}`.trimEnd()],
    ...details.map((paragraph) => wrap(paragraph, 0)),
    ['Options:', ...table(rowsOf(options))],
    ['Examples:', ...examples.map((example) => `  ${NAME} ${example}`.trimEnd())],
    ['Exit codes:', ...table(EXIT_CODES)],
  ])
}

type Row = readonly [name: string, text: string]

function rowsOf(options: OptionSpecs): Row[] {
  const rows = Object.entries(options).map(([name, option]): Row => [heading(name, option), option.help])
  return [...rows, ['--help', 'Show this help.']]
}

function heading(name: string, { value, multiple }: OptionSpec): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}${multiple ? ' …' : ''}`
}

/** Characters in a line. */
const WIDTH = 96

/** Rows of two columns, each row as many lines as it needs. */
function table(rows: readonly Row[]): string[] {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4
  return rows.flatMap(([name, text]) => {
    const [first = '', ...others] = wrap(text, indent)
    return [`  ${name}`.padEnd(indent) + first.trimStart(), ...others]
  })
}

function wrap(text: string, indent: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line].map((wrapped) => ' '.repeat(indent) + wrapped)
}

function sections(blocks: readonly (readonly string[])[]): string {
  return blocks.map((lines) => lines.join('\n')).join('\n\n')
}

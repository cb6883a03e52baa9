import { type Member, readInterface } from './read-interface.ts'

/** A part of the options page: an interface whose members are options. */
export interface OptionTable {
  heading: string
  /** What comes before the table. */
  intro?: string
  file: string
  /** The interfaces whose members the table lists. */
  interfaces: readonly string[]
  /** Comes before the name of each option, as in `limits.`. */
  prefix?: string
  /** Whether callers may leave out what the interface requires. */
  isPartial?: boolean
  /** The options as parsed, with their defaults; undefined where the docstrings alone state them. */
  settings?: unknown
  /** Options with a table of their own, and its heading. */
  groups?: Readonly<Record<string, string>>
}

const MIB = 1024 * 1024

/** The heading and table of a part, in Markdown. */
export function formatTable(table: OptionTable): string {
  const { heading, intro, file, interfaces } = table
  const rows = interfaces.flatMap((name) => readInterface(file, name)).map((member) => formatRow(member, table))
  const head = ['| option | default | meaning |', '|---|---|---|']
  return [heading, '', ...(intro === undefined ? [] : [intro, '']), ...head, ...rows, ''].join('\n')
}

function formatRow({ name, isRequired, docs }: Member, table: OptionTable): string {
  const { prefix = '', settings, groups = {}, isPartial = false } = table
  const group = groups[name]
  const path = prefix + name
  if (group !== undefined) return joinCells(path, `see [${group}](#${slug(group)})`, docs)
  if (isRequired && !isPartial) return joinCells(path, 'required', docs)
  const { byDefault, meaning } = splitDefault(path, docs, valueAt(settings, path))
  return joinCells(path, byDefault, meaning)
}

function joinCells(name: string, byDefault: string, meaning: string): string {
  const cells = [`\`${name}\``, byDefault, meaning].map((cell) => cell.replaceAll('|', '\\|'))
  return `| ${cells.join(' | ')} |`
}

function valueAt(settings: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((group, name) => Reflect.get(Object(group), name), settings)
}

/** The default of an option, and its docstring without the sentence that only repeats it. Throws if the two disagree. */
function splitDefault(path: string, docs: string, value: unknown): { byDefault: string; meaning: string } {
  const stated = formatDefault(value) ?? phraseIn(docs)
  if (stated === undefined) return { byDefault: 'none', meaning: docs }
  const [sentence, end] = new RegExp(`Default:? ${inPattern(stated)}(\\.|[;:,])(?: |$)`).exec(docs) ?? []
  if (sentence === undefined) throw new Error(`The docstring of ${path} does not state its default, ${stated}.`)
  return { byDefault: stated, meaning: end === '.' ? docs.replace(sentence, '').trim() : docs }
}

/** Undefined for a value that only a sentence describes, such as a list or a function. */
function formatDefault(value: unknown): string | undefined {
  if (typeof value === 'boolean' || typeof value === 'string') return `\`${value}\``
  if (typeof value !== 'number') return undefined
  return value >= MIB && value % MIB === 0 ? `${value / MIB} MiB` : value.toLocaleString('en')
}

/** The default in the words of a docstring. */
function phraseIn(docs: string): string | undefined {
  return /Default:? (.+?)[.;:](?: |$)/.exec(docs)?.[1]
}

/** The anchor that GitHub gives a heading. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}

/** Matches a default as a docstring may state it: in code or not, with quotation marks or not. */
function inPattern(stated: string): string {
  const escaped = stated.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const [, inCode] = /^`([^`]*)`$/.exec(escaped) ?? []
  const quotes = "[`']*"
  return inCode === undefined ? escaped : quotes + inCode + quotes
}

import { readFileSync } from 'node:fs'

/** A member of an interface, as its source has it. */
export interface Member {
  name: string
  isRequired: boolean
  /** Its docstring, in one line. */
  docs: string
}

/** The members of an interface that a file of `src` or `adapters` exports, in their order there. */
export function readInterface(path: string, name: string): Member[] {
  const source = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  const [, body] = new RegExp(`export interface ${name}\\b[^{]*\\{\n([\\s\\S]*?)^\\}`, 'm').exec(source) ?? []
  if (body === undefined) throw new Error(`${path} has no interface ${name}.`)
  return [...body.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^ {2}(\w+)(\??):/gm)].map(
    ([, docs = '', member = '', mark]) => {
      if (docs === '') throw new Error(`${name}.${member} in ${path} has no docstring.`)
      return { name: member, isRequired: mark === '', docs: inOneLine(docs) }
    },
  )
}

function inOneLine(docs: string): string {
  return docs
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../../', import.meta.url))
export const readme: string = readFileSync(`${root}README.md`, 'utf8')

/** A block of code in the README. */
export interface CodeBlock {
  language: string
  text: string
  /** The file name in its first comment. */
  file: string | undefined
}

export const blocks: readonly CodeBlock[] = [...readme.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)].map(
  ([, indent = '', language = '', indented = '']) => {
    const text = indented.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
    return { language, text, file: /^\/\/ (\S+\.ts)$/m.exec(text)?.[1] }
  },
)

/** The block with this file name. */
export function fileInReadme(name: string): string {
  const block = blocks.find(({ file }) => file === name)
  if (!block) throw new Error(`the README has no ${name}`)
  return block.text
}

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** A block of code on a page. */
export interface CodeBlock {
  language: string
  text: string
  /** The file name in its first comment. */
  file: string | undefined
}

/** The README, or a page in `docs`. */
export interface Page {
  /** From the root of the repository. */
  path: string
  text: string
  blocks: readonly CodeBlock[]
}

const names = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'))
const paths = ['README.md', ...names.map((name) => `docs/${name}`)]

export const pages: readonly Page[] = paths.map((path) => {
  const text = readFileSync(root + path, 'utf8')
  return { path, text, blocks: readBlocks(text) }
})

/** The page at this path. */
export function pageAt(path: string): Page {
  const page = pages.find((candidate) => candidate.path === path)
  if (!page) throw new Error(`there is no page ${path}`)
  return page
}

/** The code on a page that has this file name. */
export function fileOn(path: string, name: string): string {
  const block = pageAt(path).blocks.find(({ file }) => file === name)
  if (!block) throw new Error(`${path} has no ${name}`)
  return block.text
}

function readBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = '', language = '', indented = '']) => {
      const code = indented.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
      return { language, text: code, file: /^(?:\/\/|#) (\S+\.\w+|\.[\w.]+)$/m.exec(code)?.[1] }
    },
  )
}

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PACKAGE_SOURCES } from './compile-docs.ts'
import { pageAt, root } from './docs.ts'

/** The code of a page, as files that can be imported. */
export interface Snippets {
  /** Imports a file anew each time. @param edit Changes its text first. */
  load<Exports>(file: string, edit?: (text: string) => string): Promise<Exports>
  remove(): void
}

/** Writes the code of a page into a folder. It imports this package from its sources. */
export function writeSnippets(path: string): Snippets {
  const folder = mkdtempSync(join(tmpdir(), 'hono-x-media-'))
  symlinkSync(`${root}node_modules`, join(folder, 'node_modules'))
  const files = new Map(pageAt(path).blocks.map(({ file, text }) => [file, fromSources(text)]))
  for (const [file, text] of files) if (file !== undefined) writeFileSync(join(folder, file), text)
  let copies = 0
  return {
    async load<Exports>(file: string, edit = (text: string) => text): Promise<Exports> {
      const text = files.get(file)
      if (text === undefined) throw new Error(`${path} has no ${file}`)
      const copy = join(folder, `${++copies}-${file}`)
      writeFileSync(copy, edit(text))
      const exports: Exports = await import(pathToFileURL(copy).href)
      return exports
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

function fromSources(text: string): string {
  return text.replaceAll(/(?<=from ')hono-x-media[^']*(?=')/g, (name) => PACKAGE_SOURCES[name]?.[0] ?? name)
}

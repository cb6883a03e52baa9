import { chmod, readFile, writeFile } from 'node:fs/promises'

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Only the owner can read it: it holds secrets. */
const MODE = 0o600

/** The variables in a file of `NAME=value` lines, such as `.env`. Values may be in quotes. Rejects when there is no file. */
export async function readEnvFile(file: string): Promise<Record<string, string>> {
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/)
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value = ''] = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')]]
    }),
  )
}

/** The variables of this process, and those that it lacks from a file: by default `.env`, if there is one. */
export async function readEnvironment(env: Environment, file: string | undefined): Promise<Environment> {
  const inFile = file === undefined ? readEnvFile('.env').catch(() => ({})) : readEnvFile(file)
  return { ...(await inFile), ...env }
}

/** Sets variables in such a file. Its other lines stay as they are; without a file, makes one. */
export async function updateEnvFile(file: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const before = await readIfThere(file)
  const kept = before.split('\n').filter((line) => !Object.hasOwn(variables, nameIn(line)))
  while (kept.at(-1) === '') kept.pop()
  const lines = [...kept, ...formatVariables(variables), '']
  await writeFile(file, lines.join('\n'), { mode: MODE })
  // The mode above is only for a new file.
  await chmod(file, MODE)
}

/** Variables as lines of such a file. */
export function formatVariables(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`)
}

function nameIn(line: string): string {
  return /^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? ''
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Where a command reads and writes. Results go to stdout and all else to stderr, so that results can be piped. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>
  /** Writes a line of the result. */
  print(line: string): void
  /** Writes a line for whoever watches. */
  note(line: string): void
  /** Writes a line that the next one replaces; undefined where nobody watches. */
  progress?: ((line: string) => void) | undefined
  /** Asks for a line; undefined where nobody can answer. A secret does not appear while it is typed. */
  ask?: ((question: string, isSecret?: boolean) => Promise<string>) | undefined
  /** Opens a URL in the browser. */
  openBrowser(url: string): void
}

/** Goes to the beginning of the line, and clears it. */
const CLEAR_LINE = '\r\x1b[K'

/** The terminal of this process. */
export function processTerminal(openBrowser: Terminal['openBrowser']): Terminal {
  const { stdin, stdout, stderr } = process
  let isProgressShown = false

  function clearProgress(): void {
    if (isProgressShown) stderr.write(CLEAR_LINE)
    isProgressShown = false
  }

  return {
    env: process.env,
    print(line) {
      clearProgress()
      stdout.write(`${line}\n`)
    },
    note(line) {
      clearProgress()
      stderr.write(`${line}\n`)
    },
    progress: stderr.isTTY
      ? (line) => {
          stderr.write(CLEAR_LINE + line.slice(0, (stderr.columns ?? 80) - 1))
          isProgressShown = true
        }
      : undefined,
    ask: stdin.isTTY && stderr.isTTY ? askPerson : undefined,
    openBrowser,
  }
}

async function askPerson(question: string, isSecret = false): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const output = isSecret ? silent : process.stderr
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  const answer = await lines.question('')
  lines.close()
  if (isSecret) process.stderr.write('\n')
  return answer.trim()
}

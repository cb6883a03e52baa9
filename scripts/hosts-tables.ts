import { FRAMEWORKS, HANDLED_HOSTS, SUITE_HOSTS, UNTESTED_HOSTS } from '../test/contract/hosts/hosts.ts'

type Host = (typeof UNTESTED_HOSTS)[number] & { events?: string }

/** The hosts as a table, in Markdown. */
export function hostsTable(): string {
  const hosts: readonly Host[] = [...Object.values(SUITE_HOSTS), ...Object.values(HANDLED_HOSTS), ...UNTESTED_HOSTS]
  return formatTable(
    ['host', 'raw', 'form', 'resumable', 'events', 'limit of a request', 'chunk size, bytes', 'store'],
    hosts.map(({ title, events, limit, bytes, store }) => [
      title,
      ...features(events),
      limit,
      bytes?.chunkBytes.toLocaleString('en') ?? 'any',
      store,
    ]),
  )
}

/** The frameworks as a table, in Markdown. */
export function frameworksTable(): string {
  const rows = Object.values(FRAMEWORKS).map(({ title, events }) => [title, ...features(events)])
  return formatTable(['framework', 'raw', 'form', 'resumable', 'events'], rows)
}

/** The features of a host that tests run. */
function features(events: string | undefined): string[] {
  return events === undefined ? ['not tested', 'not tested', 'not tested', 'not tested'] : ['yes', 'yes', 'yes', events]
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [first, ...others] = [head, ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return [first, `|${'---|'.repeat(head.length)}`, ...others].join('\n')
}

import {
  type EventDelivery,
  FEATURES,
  FRAMEWORKS,
  HANDLED_HOSTS,
  SUITE_HOSTS,
  UNTESTED_HOSTS,
} from '../test/contract/hosts/hosts.ts'

type Host = (typeof UNTESTED_HOSTS)[number] & { events?: EventDelivery }

/** The hosts as a table, in Markdown. */
export function hostsTable(): string {
  const hosts: readonly Host[] = [...Object.values(SUITE_HOSTS), ...Object.values(HANDLED_HOSTS), ...UNTESTED_HOSTS]
  return formatTable(
    ['host', ...FEATURES, 'limit of a request', 'chunk size, bytes', 'store'],
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
  return formatTable(['framework', ...FEATURES], rows)
}

/** The cells for the features. @param events When status events reach the client; undefined if no test runs the host. */
function features(events: EventDelivery | undefined): string[] {
  if (events === undefined) return FEATURES.map(() => 'not tested')
  return FEATURES.map((feature) => (feature === 'events' ? events : 'yes'))
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [first, ...others] = [head, ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return [first, `|${'---|'.repeat(head.length)}`, ...others].join('\n')
}

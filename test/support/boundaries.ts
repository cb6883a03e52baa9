/** Source files by path from the root, as `src/app.ts`. */
export type Sources = ReadonlyMap<string, string>

/** What all code that serves a request may import. */
const SERVED = [
  ...[
    'src/errors.ts',
    'src/media-facts.ts',
    'src/problem.ts',
    'src/options.ts',
    'src/instance.ts',
    'src/status-ticket.ts',
    'src/lib',
  ],
  ...[
    'src/host',
    'src/ingress',
    'src/relay',
    'src/store',
    'src/x',
    'src/openapi',
    'hono',
    '@hono/zod-validator',
    'zod/mini',
  ],
]

/** What each part of the tree may import, besides itself. A path without an extension is a folder. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/media-facts.ts': [],
  'src/problem.ts': ['src/media-facts.ts'],
  'src/errors.ts': ['src/problem.ts'],
  'src/lib': ['src/errors.ts', 'zod/mini', 'leven'],
  'src/x': ['src/errors.ts', 'src/media-facts.ts', 'src/lib', 'zod/mini'],
  'src/ingress': [
    ...['src/errors.ts', 'src/media-facts.ts', 'src/lib', 'src/x/field-schemas.ts', 'src/x/limits.ts', 'zod/mini'],
  ],
  'src/media': [
    ...['src/errors.ts', 'src/media-facts.ts', 'src/options.ts', 'src/lib', 'src/ingress', 'src/x/limits.ts'],
    ...['hono', 'zod/mini', '@stablelib/sha256'],
  ],
  'src/relay': ['src/errors.ts', 'src/media-facts.ts', 'src/lib', 'src/ingress', 'src/x'],
  'src/store': ['src/errors.ts', 'src/lib'],
  'src/session': [
    ...['src/errors.ts', 'src/media-facts.ts', 'src/lib', 'src/ingress', 'src/relay', 'src/store', 'src/x'],
  ],
  'src/sources': [
    ...['src/errors.ts', 'src/lib', 'src/ingress/byte-reader.ts', 'src/ingress/lengths.ts'],
    ...['src/ingress/stream-reader.ts', 'src/ingress/upload-source.ts', 'src/x/call-with-retries.ts'],
  ],
  'src/status-ticket.ts': ['src/lib', 'src/x/limits.ts', 'hono'],
  'src/openapi': ['src/problem.ts', 'src/ingress/upload-parameters.ts', 'src/x/limits.ts'],
  'src/options.ts': [
    ...['src/lib/operator-log.ts', 'src/media-facts.ts', 'src/store', 'src/x', 'hono'],
    ...['src/ingress/media-check.ts', 'src/ingress/media-type.ts', 'src/ingress/permissions.ts'],
    'src/ingress/size-limits.ts',
  ],
  'src/upload-limit.ts': ['src/x/limits.ts', 'zod/mini'],
  'src/option-schema.ts': [
    ...['src/options.ts', 'src/status-ticket.ts', 'src/upload-limit.ts', 'src/lib', 'src/store', 'src/x', 'zod/mini'],
    'hono/adapter',
  ],
  'src/uploader.ts': ['src/option-schema.ts', 'src/lib', 'src/ingress', 'src/relay', 'src/x'],
  'src/media-upload.ts': ['src/lib', 'src/ingress', 'src/sources', 'src/x'],
  'src/upload-file.ts': [
    ...['src/media-upload.ts', 'src/option-schema.ts', 'src/uploader.ts'],
    ...['src/ingress', 'src/relay', 'src/session', 'src/sources', 'src/store', 'src/x'],
  ],
  'src/client.ts': [
    ...['src/media-upload.ts', 'src/option-schema.ts', 'src/options.ts', 'src/upload-file.ts', 'src/uploader.ts'],
    ...['src/relay', 'src/x'],
  ],
  'src/instance.ts': [
    ...['src/option-schema.ts', 'src/options.ts', 'src/uploader.ts'],
    ...['src/lib', 'src/ingress/endings.ts', 'src/ingress/paced-reader.ts', 'src/ingress/permissions.ts'],
    ...['src/session/limit-sessions.ts', 'src/store'],
  ],
  'src/host': ['src/errors.ts', 'src/options.ts', 'src/lib', 'src/ingress/lengths.ts', 'hono'],
  'src/routes': SERVED,
  'src/resumable': [...SERVED, 'src/routes', 'src/session', 'structured-headers'],
  'src/compat': [...SERVED, 'src/routes'],
  'src/app.ts': [
    ...['src/compat', 'src/errors.ts', 'src/host', 'src/ingress/upload-parameters.ts', 'src/instance.ts'],
    ...['src/openapi', 'src/options.ts', 'src/resumable', 'src/routes', 'hono'],
  ],
  'src/index.ts': ['src'],
  'src/oauth': [
    ...['src/errors.ts', 'src/options.ts', 'src/status-ticket.ts', 'src/lib', 'src/store', 'src/x/limits.ts'],
    ...['src/x/token.ts', 'hono', 'oauth4webapi', 'zod/mini'],
  ],
  'src/emulator': [
    ...[
      'src/media-facts.ts',
      'src/lib',
      'src/x/command-schemas.ts',
      'src/x/field-schemas.ts',
      'src/x/limits.ts',
      'src/x/schemas.ts',
    ],
    ...['src/x/x-problems.ts', 'src/media', 'src/ingress/signatures', 'src/ingress/upload-source.ts'],
    ...['hono', '@hono/zod-validator', 'zod/mini'],
  ],
  'src/browser': [
    'src/media-facts.ts',
    'src/problem.ts',
    'src/lib/is-record.ts',
    'src/x/limits.ts',
    'src/x/media-answer.ts',
    'src/x/schemas.ts',
  ],
  adapters: ['src', 'node:fs/promises', 'node:http', 'node:net', 'node:stream', '@hono/node-server'],
  cli: [
    ...['src', 'adapters', 'hono', '@hono/node-server', 'leven', 'oauth4webapi'],
    ...['node:child_process', 'node:crypto', 'node:fs', 'node:fs/promises', 'node:http', 'node:https', 'node:os'],
    ...['node:path', 'node:process', 'node:readline/promises', 'node:stream', 'node:util'],
  ],
}

const RUNTIME_GLOBALS =
  /(?<![.\w$'"`])(Deno|Bun|Cloudflare|process|Buffer|require(?=\(\s*\))|__dirname|setImmediate)\b(?!\s*:)/g

/** All violations: forbidden imports, cycles, and globals of one runtime inside `src`. */
export function findWrongWays(sources: Sources): string[] {
  return [...forbiddenImports(sources), ...cycles(sources), ...runtimeGlobals(sources)]
}

function forbiddenImports(sources: Sources): string[] {
  return edges(sources)
    .filter(({ from, to }) => {
      const part = partOf(from)
      return part !== partOf(to) && !(MAY_IMPORT[part] ?? []).some((allowed) => isWithin(to, allowed))
    })
    .map(({ from, to }) => `${from} must not import ${to}`)
}

function cycles(sources: Sources): string[] {
  const imports = new Map<string, string[]>()
  for (const { from, to } of edges(sources)) imports.set(from, [...(imports.get(from) ?? []), to])
  const found = new Set<string>()
  const done = new Set<string>()
  const visit = (file: string, path: string[]) => {
    const start = path.indexOf(file)
    if (start >= 0) found.add(`cycle: ${[...path.slice(start), file].join(' → ')}`)
    if (start >= 0 || done.has(file)) return
    for (const next of imports.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of sources.keys()) visit(file, [])
  return [...found]
}

function runtimeGlobals(sources: Sources): string[] {
  return [...sources]
    .filter(([path]) => isWithin(path, 'src'))
    .flatMap(([path, text]) =>
      [...code(text).matchAll(RUNTIME_GLOBALS)].map(([, name]) => `${path} must not use ${name}`),
    )
}

function edges(sources: Sources): { from: string; to: string }[] {
  return [...sources].flatMap(([from, text]) =>
    [...text.matchAll(/\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map((match) => {
      const to = match.slice(1).find((path) => path !== undefined) ?? ''
      return { from, to: to.startsWith('.') ? new URL(to, `file:///${from}`).pathname.slice(1) : to }
    }),
  )
}

function partOf(path: string): string {
  return Object.keys(MAY_IMPORT).find((part) => isWithin(path, part)) ?? path
}

function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`)
}

function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|'(?:[^'\\\n]|\\.)*'/g, '')
}

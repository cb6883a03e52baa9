import { readMediaRules } from '../src/media/rules/media-rules.ts'
import { parseSignInOptions } from '../src/oauth/option-schema.ts'
import { parseClientOptions, parseXMediaOptions } from '../src/option-schema.ts'
import { memoryStore } from '../src/store/memory-store.ts'
import { formatTable, type OptionTable } from './option-table.ts'

const SECRET = 's'.repeat(32)
const settings = parseXMediaOptions({ token: 't', secret: SECRET, authorize: () => null })
const client = parseClientOptions({ token: 't' })
const signIn = parseSignInOptions({
  ...{ clientId: 'id', secret: SECRET, store: memoryStore() },
  redirectUri: 'https://app.example/auth/callback',
})

const OPTIONS = 'src/options.ts'
const BROWSER = 'src/browser/options.ts'

const TABLES: readonly OptionTable[] = [
  {
    heading: '## `xMedia` and `xMediaUpload`',
    ...{ file: OPTIONS, interfaces: ['XMediaOptions'], settings },
    groups: { allow: '`allow`', http: '`http`', x: '`x`', limits: '`limits`' },
  },
  { heading: '### `allow`', file: OPTIONS, interfaces: ['AllowOptions'], prefix: 'allow.', settings },
  { heading: '### `http`', file: OPTIONS, interfaces: ['HttpOptions'], prefix: 'http.', settings },
  {
    heading: '### `x`',
    ...{ file: OPTIONS, interfaces: ['XApiOptions'], prefix: 'x.', settings },
    groups: { retry: '`x.retry`' },
  },
  {
    heading: '### `x.retry`',
    ...{
      file: 'src/x/call-with-retries.ts',
      interfaces: ['RetryOptions'],
      prefix: 'x.retry.',
      settings,
      isPartial: true,
    },
  },
  { heading: '### `limits`', file: OPTIONS, interfaces: ['LimitOptions'], prefix: 'limits.', settings },
  {
    heading: '### `limits.quota`',
    ...{ file: 'src/store/quota.ts', interfaces: ['QuotaOptions'], prefix: 'limits.quota.' },
    settings: parseXMediaOptions({ token: 't', secret: SECRET, authorize: () => null, limits: { quota: {} } }),
  },
  {
    heading: '## What `authorize` returns',
    intro: '`null` refuses the request with 401. Anything else says who sent it:',
    ...{ file: OPTIONS, interfaces: ['Principal'] },
    groups: { limits: 'The principal’s `limits`' },
  },
  { heading: '### The principal’s `limits`', file: OPTIONS, interfaces: ['PrincipalLimits'], prefix: 'limits.' },
  {
    heading: '## `createXMedia`',
    ...{ file: OPTIONS, interfaces: ['XMediaClientOptions'], settings: client },
    intro: 'Its `limits` are `uploadBytes`, `categoryBytes`, `memoryBytes` and `deadlineMs`.',
    groups: { x: '`x`', limits: '`limits`' },
  },
  {
    heading: '## `mediaRules`',
    intro: 'From `hono-x-media/media`; see [Media rules](media-rules.md).',
    ...{ file: 'src/media/rules/media-rules.ts', interfaces: ['MediaRulesOptions'], settings: readMediaRules({}) },
  },
  {
    heading: '## `xSignIn`',
    intro: 'From `hono-x-media/oauth`; see [Sign in with X](sign-in.md).',
    ...{ file: 'src/oauth/options.ts', interfaces: ['XSignInOptions'], settings: signIn },
  },
  {
    heading: '## `uploadMedia`',
    intro: 'From `hono-x-media/browser`; see [Uploads from a page](browser.md).',
    file: BROWSER,
    interfaces: ['ConnectionOptions', 'MediaParameters', 'ResilienceOptions', 'UploadCallbacks'],
  },
  {
    heading: '## `serve`',
    intro: 'From `hono-x-media/node`, `/bun` and `/deno`.',
    ...{ file: 'adapters/serve.ts', interfaces: ['ServeOptions'] },
  },
  {
    heading: '## `createEmulator`',
    intro: 'From `hono-x-media/emulator`, with `faults` and `random`; see [The emulator](emulator.md).',
    ...{ file: 'src/emulator/emulator-options.ts', interfaces: ['EmulatorOptions'] },
  },
  {
    heading: '### Tokens of the emulator',
    ...{ file: 'src/emulator/tokens.ts', interfaces: ['TokenOptions'] },
    groups: { refresh: '`refresh`' },
  },
  { heading: '### `refresh`', file: 'src/emulator/tokens.ts', interfaces: ['RefreshOptions'], prefix: 'refresh.' },
]

const INTRO = `# Options

This page is for people who configure the package: every option, its default, and what it means.

\`npm run docs\` writes this page from the docstrings and the schema. Change those, not this page.

\`\`\`ts
import { xMedia } from 'hono-x-media'

xMedia({
  token,
  secret,
  authorize,
  allow: { shared: true },
  http: { origins: ['https://app.example'] },
  limits: { uploadBytes: 500_000_000, quota: { uploads: 100, bytes: 5_000_000_000 } },
})
\`\`\`

Wrong options throw one \`TypeError\` at the start. It lists every mistake by its path. For an unknown name it suggests the
one that you probably meant. What a function returns is checked at the first request. A wrong value gets
[\`misconfigured\`](errors.md#misconfigured), and \`log\` says why.
`

/** The page of all options. Throws if a docstring and the schema state different defaults. */
export function optionsPage(): string {
  return [INTRO, ...TABLES.map(formatTable)].join('\n')
}

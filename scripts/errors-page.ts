import { type ClientErrorCode, sentencesFor } from '../src/browser/sentences.ts'
import { XMediaError } from '../src/errors.ts'
import { createSizeLimits } from '../src/ingress/size-limits.ts'
import { PROBLEMS, type XMediaErrorCode } from '../src/problem.ts'
import { ERROR_ADVICE, ERROR_GROUPS } from './error-advice.ts'

/** What `uploadMedia` itself rejects with, and when. */
const CLIENT_CODES: Readonly<Record<ClientErrorCode, string>> = {
  aborted: '`abort()` was called, or the `signal` aborted.',
  connection_lost: 'The server could not be reached for `giveUpAfterMs`.',
  file_mismatch: 'Another file was passed to `resume`.',
  file_unreadable: 'The browser cannot read the file any more.',
  processing_failed: 'X has the file, but could not process it. The `detail` is X’s reason.',
  unexpected_response: 'Something other than this package answered, such as a proxy.',
}

const INTRO = `# Errors

This page is for people who handle errors in a client, and for those who run a server.

\`npm run docs\` writes this page from the source. Change that, not this page.

Errors are \`application/problem+json\` (RFC 9457). The \`code\` is for programs, and never changes. The \`detail\` says what
was wrong with which value.

\`\`\`json
${JSON.stringify(exampleProblem(), null, 2)}
\`\`\`

*User* is the sentence that [\`hono-x-media/browser\`](browser.md) shows to people. *Client* is what the program that uploads
should do, and *operator* what the people who run the server should do.
`

/** The page of all errors. */
export function errorsPage(): string {
  const groups = Object.entries(ERROR_GROUPS).flatMap(([heading, group]) => [
    `## ${heading}\n`,
    ...Object.keys(group).filter(isCode).map(formatError),
  ])
  const rows = Object.keys(CLIENT_CODES)
    .filter(isClientCode)
    .map((code) => `| \`${code}\` | ${CLIENT_CODES[code]} | ${userSentence(code)} |`)
  const clientCodes = [
    '## The browser client’s own\n',
    '`uploadMedia` also rejects with codes that no server sends:\n',
    ...['| code | when | user |', '|---|---|---|', ...rows, ''],
  ]
  return [INTRO, ...groups, ...clientCodes].join('\n')
}

function formatError(code: XMediaErrorCode): string {
  const { status, title } = PROBLEMS[code]
  const { meaning, client, operator } = ERROR_ADVICE[code]
  const lines = [
    `### \`${code}\``,
    '',
    `**${status} ${title}.** ${meaning}`,
    '',
    `- User: “${userSentence(code)}”`,
    `- Client: ${client}`,
    ...(operator === undefined ? [] : [`- Operator: ${operator}`]),
    '',
  ]
  return lines.join('\n')
}

/** What a client gets for an image that is too large. */
function exampleProblem(): unknown {
  try {
    createSizeLimits({ uploadBytes: 5_000_000_000, categoryBytes: {} }).check(6_000_000, ['tweet_image'])
  } catch (error) {
    if (error instanceof XMediaError) return error.problem
  }
  throw new Error('An image of 6,000,000 bytes is not too large.')
}

function userSentence(code: XMediaErrorCode | ClientErrorCode): string {
  return sentencesFor(code, undefined, undefined)
}

function isCode(code: string): code is XMediaErrorCode {
  return code in PROBLEMS
}

function isClientCode(code: string): code is ClientErrorCode {
  return code in CLIENT_CODES
}

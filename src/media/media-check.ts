import type { Env } from 'hono'
import type { MediaCheck, UndeclaredEnv } from '../options.ts'
import { createInspection } from './inspection.ts'
import { ACCOUNTS, type MediaRulesOptions, readMediaRules } from './rules/media-rules.ts'
import { createTransform } from './transform/transform.ts'

/**
 * The option `media` of `xMedia`, `xMediaUpload` and `createXMedia`: reads the facts in each file as it passes, and
 * refuses with `media_unsupported` what X never takes, before INIT or, where only the end tells, before FINALIZE.
 *
 * Throws one `TypeError` that lists everything wrong with the options.
 *
 * @example
 * ```ts
 * xMedia({ token, authorize, secret, media: mediaRules({ account: 'premium' }) })
 * ```
 */
export function mediaRules<E extends Env = UndeclaredEnv>(options: MediaRulesOptions<E> = {}): MediaCheck<E> {
  const settings = readMediaRules(options)
  const { transform } = settings
  return {
    begin(upload, emit, account = settings.account) {
      if (!ACCOUNTS.includes(account)) throw new TypeError(`An account is one of ${ACCOUNTS.join(', ')}`)
      return createInspection({ ...settings, account }, upload, emit)
    },
    ...(transform && { transformFor: (request) => createTransform({ ...settings, transform }, request) }),
  }
}

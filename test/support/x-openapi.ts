import * as z from 'zod/mini'

/**
 * What the official OpenAPI (2.167; where it says so, 2.131) promises of the answers of X's media API and of posts. The
 * `data` of uploads, metadata and subtitles have no other members, as for a client that validates strictly.
 */

const id = z.string().check(z.regex(/^[0-9]{1,19}$/))

/** 2.131 had `about:blank` and `unsupported-authentication`; `credits` is in no specification, but seen on the live service. */
const problem = z.looseObject({
  type: z
    .string()
    .check(
      z.regex(
        /^(?:about:blank|https:\/\/api\.x\.com\/2\/problems\/(?:resource-not-found|invalid-request|not-authorized-for-resource|not-authorized-for-field|field-unauthorized|field-hydration-failure|resource-unavailable|disallowed-resource|internal-error|unsupported-authentication|credits))$/,
      ),
    ),
  title: z.string(),
  detail: z.string(),
  status: z.optional(z.int()),
})

const errors = z.optional(z.array(problem))

const processed = z.strictObject({
  id,
  media_key: z.optional(z.string()),
  size: z.optional(z.int()),
  expires_after_secs: z.optional(z.int()),
  processing_info: z.optional(
    z.strictObject({
      state: z.enum(['succeeded', 'in_progress', 'pending', 'failed']),
      check_after_secs: z.optional(z.int()),
      progress_percent: z.optional(z.int()),
      // In no specification, but always present when processing fails.
      error: z.optional(z.looseObject({})),
    }),
  ),
  image: z.optional(
    z.strictObject({ image_type: z.optional(z.string()), w: z.optional(z.int()), h: z.optional(z.int()) }),
  ),
  video: z.optional(z.strictObject({ video_type: z.optional(z.string()) })),
})

const attachment = z.looseObject({
  alt_text: z.optional(z.string()),
  duration_ms: z.optional(z.int()),
  height: z.optional(z.int()),
  media_key: z.optional(z.string()),
  public_metrics: z.optional(z.looseObject({ view_count: z.int() })),
  type: z.optional(z.string()),
  url: z.optional(z.string()),
  width: z.optional(z.int()),
})

const answerWith = (data: z.ZodMiniType) => z.strictObject({ data, errors })
const media = answerWith(processed)
const post = z.looseObject({ id, text: z.string() })

/** Answers of success, by method and path below `/2`. */
const ANSWERS: readonly [RegExp, z.ZodMiniType][] = [
  [
    /^POST \/media\/upload\/initialize$/,
    answerWith(z.strictObject({ id, media_key: z.optional(z.string()), expires_after_secs: z.optional(z.int()) })),
  ],
  [/^POST \/media\/upload\/[0-9]+\/append$/, answerWith(z.strictObject({ expires_at: z.optional(z.int()) }))],
  [/^POST \/media\/upload\/[0-9]+\/finalize$/, media],
  [/^(?:GET|POST) \/media\/upload$/, media],
  [/^POST \/media\/metadata$/, answerWith(z.strictObject({ id, associated_metadata: z.optional(z.looseObject({})) }))],
  [
    /^POST \/media\/subtitles$/,
    answerWith(
      z.strictObject({
        id: z.optional(id),
        media_category: z.optional(z.string()),
        // An array in 2.131.
        associated_subtitles: z.optional(z.looseObject({})),
      }),
    ),
  ],
  [/^DELETE \/media\/subtitles$/, answerWith(z.strictObject({ deleted: z.boolean() }))],
  [/^GET \/media$/, z.strictObject({ data: z.optional(z.array(attachment)), errors })],
  [/^GET \/media\/[0-9]+_[0-9]+$/, z.strictObject({ data: z.optional(attachment), errors })],
  [/^POST \/tweets$/, answerWith(post)],
  [/^GET \/tweets\/[0-9]+$/, z.strictObject({ data: z.optional(post), errors })],
]

/** The faults of a response by the specification; none if it conforms. */
export async function faultsOf(method: string, url: string, response: Response): Promise<unknown[]> {
  const text = await response.clone().text()
  // X's edge refuses sizes with an empty body, and the first generation answers APPEND with one.
  if (text === '' && [204, 413, 431].includes(response.status)) return []
  const path = new URL(url, 'http://x').pathname.replace(/^.*?\/2\//, '/').replace(/\/$/, '')
  const schema = response.ok ? ANSWERS.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1] : problem
  if (schema === undefined) return [`${method} ${path} is no call of X's`]
  const result = schema.safeParse(JSON.parse(text))
  return result.success ? [] : [...result.error.issues, text]
}

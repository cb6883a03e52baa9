import * as z from 'zod/mini'

/**
 * What the official OpenAPI (2.167; where it says so, 2.131) promises of the answers of X's media API. Objects that it
 * closes (`additionalProperties: false`) are strict here.
 */

const id = z.string().check(z.regex(/^[0-9]{1,19}$/))

/** 2.131 had `about:blank`, and both hosts are seen on the live service. */
const problem = z.looseObject({
  type: z
    .string()
    .check(
      z.regex(
        /^(?:about:blank|https:\/\/api\.(?:x|twitter)\.com\/2\/problems\/(?:resource-not-found|invalid-request|not-authorized-for-resource|not-authorized-for-field|field-unauthorized|field-hydration-failure|resource-unavailable|disallowed-resource|internal-error|unsupported-authentication))$/,
      ),
    ),
  title: z.string(),
  detail: z.string(),
  status: z.optional(z.int()),
})

const errors = z.optional(z.array(problem))

const processed = z.looseObject({
  id,
  media_key: z.optional(z.string()),
  size: z.optional(z.int()),
  expires_after_secs: z.optional(z.int()),
  processing_info: z.optional(
    z.strictObject({
      state: z.enum(['succeeded', 'in_progress', 'pending', 'failed']),
      check_after_secs: z.optional(z.int()),
      progress_percent: z.optional(z.int()),
      // In no specification, and always there when processing fails.
      error: z.optional(z.looseObject({})),
    }),
  ),
  image: z.optional(
    z.strictObject({ image_type: z.optional(z.string()), w: z.optional(z.int()), h: z.optional(z.int()) }),
  ),
  video: z.optional(z.strictObject({ video_type: z.optional(z.string()) })),
})

const answerWith = (data: z.ZodMiniType) => z.strictObject({ data, errors })
const media = answerWith(processed)

/** Answers of success, by method and path below `/2/media`. */
const ANSWERS: readonly [RegExp, z.ZodMiniType][] = [
  [
    /^POST \/upload\/initialize$/,
    answerWith(z.looseObject({ id, media_key: z.optional(z.string()), expires_after_secs: z.optional(z.int()) })),
  ],
  [/^POST \/upload\/[0-9]+\/append$/, answerWith(z.looseObject({ expires_at: z.optional(z.int()) }))],
  [/^POST \/upload\/[0-9]+\/finalize$/, media],
  [/^(?:GET|POST) \/upload$/, media],
  [/^POST \/metadata$/, answerWith(z.looseObject({ id, associated_metadata: z.optional(z.looseObject({})) }))],
  [
    /^POST \/subtitles$/,
    answerWith(
      z.looseObject({
        id: z.optional(id),
        media_category: z.optional(z.string()),
        // An array in 2.131, an object in 2.167.
        associated_subtitles: z.optional(z.union([z.array(z.looseObject({ id })), z.looseObject({})])),
      }),
    ),
  ],
  [/^DELETE \/subtitles$/, answerWith(z.looseObject({ deleted: z.boolean() }))],
]

/** What is wrong with an answer of X's media API; nothing, if it is as it was specified. */
export async function faultsOf(method: string, url: string, response: Response): Promise<unknown[]> {
  const text = await response.clone().text()
  // X's edge refuses sizes with nothing at all, and the first generation answers APPEND so.
  if (text === '' && [204, 413, 431].includes(response.status)) return []
  const path = new URL(url, 'http://x').pathname.replace(/^.*\/2\/media|\/$/g, '')
  const schema = response.ok ? ANSWERS.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1] : problem
  if (schema === undefined) return [`${method} ${path} is no call of X's`]
  const result = schema.safeParse(JSON.parse(text))
  return result.success ? [] : [...result.error.issues, text]
}

import { Hono } from 'hono'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type UploadedMedia, type XMediaEnv, xMedia, xMediaUpload } from '../../src/index.ts'
import { base, png, post } from '../support/app.ts'

/** An app's own environment, as it would declare it for Workers. */
interface AppEnv {
  Bindings: { X_BEARER_TOKEN: string; X_MEDIA_SECRET: string }
  Variables: { user: string }
}
const bindings: AppEnv['Bindings'] = { X_BEARER_TOKEN: 'token-of-the-worker', X_MEDIA_SECRET: 's'.repeat(32) }

const options = {
  ...(base.x ? { x: base.x } : {}),
  token: ({ c }: { c: { env: AppEnv['Bindings'] } }) => c.env.X_BEARER_TOKEN,
}

describe('an app with its own Hono environment', () => {
  it('reads its bindings in token, secret and authorize without a cast', async () => {
    const media = xMedia<AppEnv>({
      ...options,
      token({ c }) {
        expectTypeOf(c.env).toEqualTypeOf<AppEnv['Bindings']>()
        return c.env.X_BEARER_TOKEN
      },
      secret: (c) => c.env.X_MEDIA_SECRET,
      authorize(c) {
        expectTypeOf(c.var.user).toEqualTypeOf<string>()
        return { subject: c.var.user }
      },
      inspect(_, { c }) {
        expectTypeOf(c.env.X_MEDIA_SECRET).toEqualTypeOf<string>()
        return undefined
      },
      http: { mountPath: (c) => `/for/${c.var.user}` },
    })
    const app = new Hono<AppEnv>()
      .use((c, next) => {
        c.set('user', 'u1')
        return next()
      })
      .route('/media', media)
    const response = await app.request('/media', post(png), bindings)
    expect(response.headers.get('location')).toContain('/for/u1/status/')
  })

  it('has the media of xMediaUpload beside its own variables', async () => {
    const upload = xMediaUpload<AppEnv>({
      ...options,
      secret: (c) => c.env.X_MEDIA_SECRET,
      authorize: (c) => ({ subject: c.var.user }),
    })
    const app = new Hono<AppEnv>()
      .use((c, next) => {
        c.set('user', 'u1')
        return next()
      })
      .post('/posts', upload, (c) => {
        expectTypeOf(c.var.xMedia).toEqualTypeOf<UploadedMedia>()
        expectTypeOf(c.env).toEqualTypeOf<AppEnv['Bindings']>()
        return c.json({ by: c.var.user, id: c.var.xMedia.id })
      })
    const response = await app.request('/posts', post(png), bindings)
    expect(await response.json()).toEqual({ by: 'u1', id: expect.any(String) })
    expectTypeOf<AppEnv & XMediaEnv>().toExtend<XMediaEnv>()
  })

  it('may leave its environment undeclared', () => {
    xMedia({ ...base, token: ({ c }) => c.env.X_BEARER_TOKEN, secret: (c) => c.env.X_MEDIA_SECRET })
  })
})

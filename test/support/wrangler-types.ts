import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Miniflare } from 'miniflare'

/** What `wrangler types` 4.164.0 writes for a Worker with these bindings: a Durable Object, a bucket and two secrets. */
const BINDINGS = `
interface __BaseEnv_Env {
	FILES: R2Bucket;
	X_BEARER_TOKEN: string;
	X_MEDIA_SECRET: string;
	UPLOADS: DurableObjectNamespace<import("./src/worker").XMediaObject>;
}
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("./src/worker");
		durableNamespaces: "XMediaObject";
	}
	interface Env extends __BaseEnv_Env {}
}
interface Env extends __BaseEnv_Env {}
`

/** The `worker-configuration.d.ts` of `wrangler types`. It gets the types of the runtime as Wrangler does, from workerd. */
export async function wranglerTypes(compatibilityDate: string, flags: readonly string[]): Promise<string> {
  const generator = createRequire(import.meta.resolve('miniflare')).resolve('workerd/worker.mjs')
  const miniflare = new Miniflare({
    modules: true,
    script: readFileSync(generator, 'utf8'),
    compatibilityDate: '2024-01-01',
    compatibilityFlags: ['nodejs_compat', 'rtti_api'],
  })
  try {
    const response = await miniflare.dispatchFetch(`http://types.invalid/${[compatibilityDate, ...flags].join('+')}`)
    return BINDINGS + (await response.text())
  } finally {
    await miniflare.dispose()
  }
}

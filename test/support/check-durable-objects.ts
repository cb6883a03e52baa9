import { type DurableObjects, durableObjectStore } from '../../adapters/cloudflare.ts'
import { checkStore } from './store-checks.ts'

export default {
  async fetch(_: Request, env: { UPLOADS: DurableObjects }): Promise<Response> {
    return Response.json(await checkStore(durableObjectStore(env.UPLOADS)))
  },
}
export { XMediaObject } from '../../adapters/cloudflare.ts'

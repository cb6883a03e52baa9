import type { Handler } from 'hono'
import type { Instance } from '../instance.ts'
import { describeRoutes } from '../openapi/openapi.ts'
import type { Paths } from '../openapi/openapi-objects.ts'
import { mountPath } from './mount-path.ts'

/** Describes the routes to anyone who asks: nothing in it is secret. */
export function apiDescription(mount: Instance['mountPath'], paths: Paths): Handler {
  return (c) => c.json(describeRoutes(mountPath(c, mount, '/openapi.json'), paths))
}

import type { Handler } from 'hono'
import { describeRoutes } from '../openapi/openapi.ts'
import type { Paths } from '../openapi/openapi-objects.ts'
import type { MountEnv } from './mount.ts'

/** Describes the routes to anyone who asks: nothing in it is secret. */
export function apiDescription(paths: Paths): Handler<MountEnv> {
  return (c) => c.json(describeRoutes(c.var.xMediaMount.path, paths))
}

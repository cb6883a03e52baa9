import type { Handler } from 'hono'
import { describeRoutes } from '../openapi/openapi.ts'
import type { Paths } from '../openapi/openapi-objects.ts'
import type { Instance } from '../options.ts'
import type { UploadEnv } from './upload.ts'
import { mountPath } from './uploaded-media.ts'

/** Describes the routes to anyone who asks: nothing in it is secret. */
export function apiDescription(instance: Instance, paths: Paths): Handler<UploadEnv> {
  return (c) => c.json(describeRoutes(mountPath(c, instance, '/openapi.json'), paths))
}

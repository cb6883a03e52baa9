import type { Handler } from 'hono'
import { describeRoutes } from '../openapi/openapi.ts'
import type { Instance } from '../options.ts'
import { mountPath } from './media.ts'
import type { UploadEnv } from './upload.ts'

/** Describes the routes, to whoever asks: nothing in it is secret. */
export function apiDescription(instance: Instance): Handler<UploadEnv> {
  const { compat = false } = instance.options
  return (c) => c.json(describeRoutes(mountPath(c, instance, '/openapi.json'), compat))
}

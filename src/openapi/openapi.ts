import { COMPONENT_SCHEMAS } from './component-schemas.ts'
import type { JsonObject, Paths } from './openapi-objects.ts'

/** The version of this package. */
export const VERSION = '0.2.0'

/** Describes the routes below a mount. https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string }
  paths: Paths
  components: JsonObject
}

/**
 * @param mount The path of the mount, as clients see it.
 * @param paths The operations there, by path below the mount.
 */
export function describeRoutes(mount: string, paths: Paths): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'hono-x-media',
      version: VERSION,
      description:
        'Uploads images, GIFs, video and subtitles to X. The app decides who may upload and how they sign in. ' +
        'Errors are problem documents (RFC 9457) with a stable `code`.',
    },
    // The mount goes into each path: as the URL of a server, it would gain a slash for the upload route.
    paths: Object.fromEntries(Object.entries(paths).map(([below, operations]) => [mount + below || '/', operations])),
    components: { schemas: COMPONENT_SCHEMAS },
  }
}

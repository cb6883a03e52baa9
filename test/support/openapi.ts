import Ajv from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { DOCTOR_PATHS } from '../../src/openapi/doctor-paths.ts'
import { MEDIA_PATHS } from '../../src/openapi/media-paths.ts'
import { describeRoutes } from '../../src/openapi/openapi.ts'
import type { Operation } from '../../src/openapi/openapi-objects.ts'
import { UPLOAD_PATHS } from '../../src/openapi/upload-paths.ts'
import { RESUMABLE_PATHS } from '../../src/resumable/paths.ts'

const described = describeRoutes('', { ...UPLOAD_PATHS, ...MEDIA_PATHS, ...RESUMABLE_PATHS, ...DOCTOR_PATHS })
const paths = Object.entries(described.paths)
const ajv = new Ajv.default({ strict: false })
formats.default(ajv)
/** A path that matches no other route is the mount itself. */
const root = paths.find(([template]) => template === '/')
ajv.addSchema({ $id: 'openapi', ...described })

/** The differences between a response and openapi.json; none if it is described. */
export async function undescribed(method: string, requestPath: string, response: Response): Promise<string[]> {
  const path = requestPath.replace(/\/$/, '')
  const below = paths.filter((entry) => entry !== root)
  const found = below.find(([template]) => pattern(template).test(path)) ?? (response.status === 404 ? undefined : root)
  const operations = found?.[1]
  const operation: Operation | undefined =
    operations?.[method.toLowerCase()] ?? (method === 'HEAD' ? operations?.['get'] : undefined)
  if (!operation) {
    const isRefused = [401, 403, 404, 405].includes(response.status) || method === 'OPTIONS'
    return isRefused ? [] : [`${method} ${path} is not described`]
  }
  const answer = operation.responses[response.status]
  const name = `${method} ${found?.[0]} ${response.status}`
  if (!answer) return [`${name} is not described: ${await response.clone().text()}`]
  const silent = unsaid(response, answer['headers'])
  if (silent.length > 0) return [`${name} with ${silent}`]
  const type = response.headers.get('content-type')?.split(';')[0]
  if (type === undefined || method === 'HEAD') return []
  const content = answer['content']
  if (typeof content !== 'object' || content === null || !(type in content)) return [`${name} with ${type}`]
  if (!type.endsWith('json')) return []
  const pointer = [
    'paths',
    found?.[0] ?? '',
    method.toLowerCase(),
    'responses',
    response.status,
    'content',
    type,
    'schema',
  ]
  const body: unknown = await response.clone().json()
  const isValid = ajv.validate({ $ref: `openapi#/${pointer.map(escaped).join('/')}` }, body)
  return isValid ? [] : [`${name}: ${ajv.errorsText()} in ${JSON.stringify(body)}`]
}

/** Headers of this package that the description lacks. */
function unsaid(response: Response, headers: unknown): string[] {
  const said = typeof headers === 'object' && headers !== null ? Object.keys(headers) : []
  const own = /^(?:upload-(?!draft)|tus-(?!resumable)|x-media-|location$|retry-after$|preference-applied$)/
  const names = new Set(said.map((name) => name.toLowerCase()))
  return [...response.headers.keys()].filter((name) => own.test(name) && !names.has(name))
}

/** Wherever it is mounted. */
function pattern(template: string): RegExp {
  return new RegExp(`${template.replace(/\{\w+\}/g, '[^/]+')}$`)
}

/** RFC 6901 section 6 */
function escaped(segment: string | number): string {
  return encodeURIComponent(String(segment).replaceAll('~', '~0').replaceAll('/', '~1'))
}

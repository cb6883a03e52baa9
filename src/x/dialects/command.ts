import { XMediaError } from '../../errors.ts'
import type { Dialect } from './dialect.ts'
import { resourceDialect } from './resource.ts'

const path = (parameters: Record<string, string>) => `/2/media/upload?${new URLSearchParams(parameters)}`

/**
 * The single endpoint of X's first v2 media API. All parameters are in the query; a segment is a multipart form.
 * X withdrew it in May 2025, but some gateways and recorded tests still use it.
 */
export const commandDialect: Dialect = {
  initialize({ mediaType, category, totalBytes, additionalOwners, shared }) {
    if (shared !== undefined) {
      throw new XMediaError('invalid_parameter', 'The command dialect has no parameter shared; leave it out.')
    }
    return {
      step: 'initialize',
      method: 'POST',
      path: path({
        command: 'INIT',
        total_bytes: String(totalBytes),
        media_type: mediaType,
        media_category: category,
        ...(additionalOwners?.length ? { additional_owners: additionalOwners.join(',') } : {}),
      }),
    }
  },
  append: (mediaId, multipart) => ({
    step: 'append',
    method: 'POST',
    path: path({ command: 'APPEND', media_id: mediaId }),
    ...multipart,
  }),
  finalize: (mediaId) => ({
    step: 'finalize',
    method: 'POST',
    path: path({ command: 'FINALIZE', media_id: mediaId }),
  }),
  status: resourceDialect.status,
}

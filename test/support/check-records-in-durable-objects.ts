import { type DurableObjects, durableObjectStore } from '../../adapters/cloudflare.ts'
import { checkRecords } from './record-checks.ts'

/** The fixture has an object of each kind. */
const CHECKS = [
  'a resumable upload without bytes takes them and finishes',
  'a resumable upload whose process died goes on in the segments that X may have',
  'a resumable upload of an image that is done tells its media as before',
  'an upload over X’s API goes on after the segment that X has',
  'an image over X’s API that is finalized answers FINALIZE as before',
  'the subject of a media asks for its status without a ticket',
  'uploads and bytes are counted on',
  'resumable uploads that were begun are counted on',
  'a ticket opens the status of its media',
]

export default {
  async fetch(_: Request, env: { UPLOADS: DurableObjects }): Promise<Response> {
    return Response.json(await checkRecords(durableObjectStore(env.UPLOADS), CHECKS))
  },
}
export { XMediaObject } from '../../adapters/cloudflare.ts'

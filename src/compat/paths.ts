import { ID, type Json, type Operation, type Paths } from '../openapi/body-schemas.ts'
import { path } from '../openapi/request-parameters.ts'

/** X describes these itself, at https://api.x.com/2/openapi.json */
function ofX(summary: string, ...parameters: Json[]): Operation {
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: { default: { description: 'As X answers.' } },
    externalDocs: { url: 'https://docs.x.com/x-api/media/introduction' },
  }
}

export const COMPAT_PATHS: Paths = {
  '/2/media/upload': {
    get: ofX('X’s STATUS.', { name: 'media_id', in: 'query', required: true, schema: ID }),
    post: ofX('X’s upload in one request; INIT, APPEND and FINALIZE with `command`.'),
  },
  '/2/media/upload/initialize': { post: ofX('X’s INIT.') },
  '/2/media/upload/{id}/append': { post: ofX('X’s APPEND.', path('id', ID)) },
  '/2/media/upload/{id}/finalize': { post: ofX('X’s FINALIZE.', path('id', ID)) },
  '/2/media/metadata': { post: ofX('X’s metadata, alternative text among it.') },
  '/2/media/subtitles': {
    post: ofX('Adds subtitles to a video.'),
    delete: ofX('Takes subtitles from a video.'),
  },
}

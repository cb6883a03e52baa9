import { ID, type Json, type Operation, type Paths } from '../openapi/body-schemas.ts'
import { path } from '../openapi/request-parameters.ts'

/** An operation that X documents itself, at https://api.x.com/2/openapi.json */
function xOperation(summary: string, ...parameters: Json[]): Operation {
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: { default: { description: 'The same as X’s own.' } },
    externalDocs: { url: 'https://docs.x.com/x-api/media/introduction' },
  }
}

export const COMPAT_PATHS: Paths = {
  '/2/media/upload': {
    get: xOperation('STATUS.', { name: 'media_id', in: 'query', required: true, schema: ID }),
    post: xOperation('Uploads a file in one request. With `command`: INIT, APPEND or FINALIZE.'),
  },
  '/2/media/upload/initialize': { post: xOperation('INIT.') },
  '/2/media/upload/{id}/append': { post: xOperation('APPEND.', path('id', ID)) },
  '/2/media/upload/{id}/finalize': { post: xOperation('FINALIZE.', path('id', ID)) },
  '/2/media/metadata': { post: xOperation('Sets metadata, such as the alternative text.') },
  '/2/media/subtitles': {
    post: xOperation('Adds subtitles to a video.'),
    delete: xOperation('Removes subtitles from a video.'),
  },
}

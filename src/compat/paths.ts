import { X_ID_SCHEMA } from '../openapi/component-schemas.ts'
import { type JsonObject, type Operation, type Paths, pathParameter } from '../openapi/openapi-objects.ts'

/** An operation of X's own API, which X describes in full at https://api.x.com/2/openapi.json. */
function xOperation(summary: string, ...parameters: JsonObject[]): Operation {
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: { default: { description: 'As in X’s own API.' } },
    externalDocs: { url: 'https://docs.x.com/x-api/media/introduction' },
  }
}

/** X's own media API, for `/openapi.json`. */
export const COMPAT_PATHS: Paths = {
  '/2/media/upload': {
    get: xOperation('X’s API: get the status of an upload (STATUS)', {
      name: 'media_id',
      in: 'query',
      required: true,
      schema: X_ID_SCHEMA,
    }),
    post: xOperation('X’s API: upload a file in one request, or run the INIT, APPEND or FINALIZE in `command`'),
  },
  '/2/media/upload/initialize': { post: xOperation('X’s API: start an upload (INIT)') },
  '/2/media/upload/{id}/append': {
    post: xOperation('X’s API: append a segment to an upload (APPEND)', pathParameter('id', X_ID_SCHEMA)),
  },
  '/2/media/upload/{id}/finalize': {
    post: xOperation('X’s API: finish an upload (FINALIZE)', pathParameter('id', X_ID_SCHEMA)),
  },
  '/2/media/metadata': {
    post: xOperation('X’s API: set metadata, such as alternative text, of the kinds that the server allows'),
  },
  '/2/media/subtitles': {
    post: xOperation('X’s API: add subtitles to a video'),
    delete: xOperation('X’s API: remove subtitles from a video'),
  },
}

import { type Dialect, jsonBody } from './dialect.ts'

/** The current endpoints, one for each step. https://docs.x.com/x-api/media/quickstart/media-upload-chunked */
export const resourceDialect: Dialect = {
  initialize: ({ mediaType, category, totalBytes, additionalOwners, shared }) => ({
    step: 'initialize',
    method: 'POST',
    path: '/2/media/upload/initialize',
    ...jsonBody({
      media_type: mediaType,
      media_category: category,
      total_bytes: totalBytes,
      ...(additionalOwners?.length ? { additional_owners: additionalOwners } : {}),
      ...(shared === undefined ? {} : { shared }),
    }),
  }),
  append: (mediaId, multipart) => ({
    step: 'append',
    method: 'POST',
    path: `/2/media/upload/${mediaId}/append`,
    ...multipart,
  }),
  // X refuses a JSON content type without a body. https://github.com/trypostit/trypost/issues/202
  finalize: (mediaId) => ({ step: 'finalize', method: 'POST', path: `/2/media/upload/${mediaId}/finalize` }),
  status: (mediaId) => ({
    step: 'status',
    method: 'GET',
    path: `/2/media/upload?command=STATUS&media_id=${mediaId}`,
  }),
}

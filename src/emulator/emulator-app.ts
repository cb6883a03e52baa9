import { type Context, Hono } from 'hono'
import type { ApiCall, CallHandler, Operation } from './api-call.ts'
import { plainProblemResponse } from './api-responses.ts'
import { createAuthorizePage } from './authorize-page.ts'
import { createCallHandler } from './call-handler.ts'
import type { Step } from './call-log.ts'
import { commandMediaId, commandOf, commandStep, runCommand } from './command-api.ts'
import { CONTROL_PATH, createControlRoutes } from './control-routes.ts'
import type { EmulatorState } from './emulator-state.ts'
import { lookUpMedia, lookUpOneMedia } from './media-lookup.ts'
import { createMetadata, createSubtitles, deleteSubtitles } from './metadata-and-subtitles.ts'
import { grantTokens, revokeToken } from './oauth-api.ts'
import { createPost, lookUpPost } from './posts.ts'
import { appendUpload, finalizeUpload, initializeUpload, oneShotUpload } from './resource-api.ts'
import { getUploadStatus } from './upload-steps.ts'
import { getMe } from './users.ts'

/** The routes of X's API, and the control routes under `/_emulator`. */
export function createEmulatorApp(state: EmulatorState): Hono {
  const { dialect } = state.options
  const app = new Hono()
  const answer = (step: Step, handle: CallHandler) =>
    createCallHandler(
      state,
      () => step,
      (call) => ({ step, mediaId: mediaIdOf(call), handle }),
    )

  if (dialect !== 'command') {
    app.post('/2/media/upload/initialize', answer('initialize', initializeUpload))
    app.post('/2/media/upload/:id/append', answer('append', appendUpload))
    app.post('/2/media/upload/:id/finalize', answer('finalize', finalizeUpload))
  }
  app.post('/2/media/upload', createCallHandler(state, stepFromQuery(dialect), oneShotOrCommand(dialect)))
  app.get('/2/media/upload', answer('status', getUploadStatus))
  app.post('/2/media/metadata', answer('metadata', createMetadata))
  app.post('/2/media/subtitles', answer('subtitles', createSubtitles))
  app.delete('/2/media/subtitles', answer('subtitles', deleteSubtitles))
  app.get('/2/media', answer('lookup', lookUpMedia))
  app.get('/2/media/:media_key', answer('lookup', lookUpOneMedia))
  app.post('/2/tweets', answer('post', createPost))
  app.get('/2/tweets/:post', answer('lookup', lookUpPost))
  app.post('/2/oauth2/token', answer('token', grantTokens))
  app.post('/2/oauth2/revoke', answer('revoke', revokeToken))
  app.get('/2/users/me', answer('me', getMe))
  app.route('/i/oauth2/authorize', createAuthorizePage(state))
  app.route(CONTROL_PATH, createControlRoutes(state))
  app.notFound(() => plainProblemResponse(404, 'Not Found'))
  app.onError((error) => {
    // The connection was reset or the client left. The host deals with that; an in-process caller gets a rejection.
    throw error
  })
  return app
}

type Dialect = EmulatorState['options']['dialect']

/** The id in the URL, or in the body of metadata and subtitles. */
function mediaIdOf({ record, body }: ApiCall): string | undefined {
  const id = record.id ?? body.fields['id']
  return typeof id === 'string' ? id : undefined
}

/** The step of a command in the query. A command in the form shows only when the body is read. */
function stepFromQuery(dialect: Dialect): (c: Context) => Step {
  return (c) => (dialect === 'resource' ? undefined : commandStep(c.req.query('command'))) ?? 'upload'
}

function oneShotOrCommand(dialect: Dialect): (call: ApiCall) => Operation {
  return (call) => {
    const command = dialect === 'resource' ? undefined : commandOf(call)
    if (command === undefined && dialect !== 'command') {
      return { step: 'upload', mediaId: undefined, handle: oneShotUpload }
    }
    return { step: commandStep(command) ?? 'upload', mediaId: commandMediaId(call), handle: runCommand }
  }
}

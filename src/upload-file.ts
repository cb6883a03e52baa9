import { readDeclaredMedia } from './ingress/media-type.ts'
import { admitAndConsumeQuota, type UploadPolicy } from './ingress/upload-policy.ts'
import { checkUpload, declareFile, type FileChecks, type MediaUpload } from './media-upload.ts'
import type { XMediaClientSettings } from './option-schema.ts'
import { type Relayed, relay } from './relay/relay.ts'
import { reportFailure } from './relay/report-failure.ts'
import { MIN_UPLOAD_BUFFER_BYTES } from './relay/segment-plan.ts'
import { type NewSession, sessionIdFor, uploadDurably } from './session/durable-upload.ts'
import type { Session } from './session/record.ts'
import { describeSource } from './sources/describe-source.ts'
import { type SourceFile, toSourceFile } from './sources/media-source.ts'
import { createSourceReader } from './sources/source-reader.ts'
import { checkUnchanged, type FileDescription } from './sources/stored-file.ts'
import { guardedStore } from './store/guarded-store.ts'
import type { Uploader } from './uploader.ts'
import type { CallScope } from './x/call-scope.ts'

/** Uploads a file of the app's own, within a scope. */
export type UploadFile = (upload: MediaUpload, scope: CallScope) => Promise<Relayed>

export function createUploadFile(
  { clock, relay: options, sizeLimits }: Pick<Uploader, 'clock' | 'relay' | 'sizeLimits'>,
  { store, media, x: { retry } }: Pick<XMediaClientSettings, 'store' | 'media' | 'x'>,
): UploadFile {
  const guarded = store && guardedStore(store, clock)
  const checks: FileChecks = { readDeclared: readDeclaredMedia, checkSize: sizeLimits.check }
  const transform = media?.transformFor?.({ sizeLimits })

  /** The app's own files need no permission and count towards no quota. */
  const policy: UploadPolicy = {
    uploadBytes: sizeLimits.uploadBytes,
    checkCategories() {},
    checkParameters() {},
    checkSize: sizeLimits.check,
    async inspect() {},
    beginInspection: media && ((upload, emit) => media.begin(upload, emit)),
    async consumeQuota() {},
  }

  const attemptsOf = ({ call: { emit } }: CallScope) => ({ clock, retry, emit })

  async function describe(file: SourceFile, scope: CallScope): Promise<FileDescription> {
    const startedAt = clock.now()
    try {
      return await describeSource(file, attemptsOf(scope), scope.signal)
    } catch (error) {
      reportFailure(error, { sentBytes: 0, segments: 0 }, clock.now() - startedAt, scope.call)
      throw error
    }
  }

  async function uploadOnce(file: SourceFile, upload: MediaUpload, scope: CallScope): Promise<Relayed> {
    const description = await describe(file, scope)
    const { declared, totalBytes } = declareFile(upload, description, transform ?? checks)
    const source = {
      ...{ declared: () => declared, totalBytes, requested: () => upload, altText: () => upload.altText },
      body: createSourceReader(file, { offset: 0, totalBytes, expected: description }, attemptsOf(scope)),
      admit: admitAndConsumeQuota(upload, policy),
      prepare: transform?.run,
      beginInspection: policy.beginInspection,
    }
    const reservation = options.memory.reserve(options.memory.cost(MIN_UPLOAD_BUFFER_BYTES))
    return await relay(source, reservation, scope.call, options).finally(reservation.close)
  }

  async function begin(file: SourceFile, upload: MediaUpload, scope: CallScope): Promise<NewSession> {
    const description = await describe(file, scope)
    const { declared, totalBytes } = declareFile(upload, description, checks)
    const { subject = '', additionalOwners, shared, altText } = upload
    const { declaredType, category } = declared
    const sourceVersion = description.version
    return { subject, declaredType, category, totalBytes, sourceVersion, additionalOwners, shared, altText }
  }

  return async function uploadFile(upload, scope) {
    const { id, subject = '', totalBytes: declaredBytes } = upload
    checkUpload(upload)
    if (id !== undefined && guarded === undefined) throw new TypeError('id needs the option store')
    const file = toSourceFile(upload.source)
    try {
      if (id === undefined || guarded === undefined) return await uploadOnce(file, upload, scope)
      const durable = {
        sessionId: await sessionIdFor(subject, id),
        policy,
        describe: () => begin(file, upload, scope),
        open({ offset, totalBytes = 0, sourceVersion }: Session) {
          checkUnchanged({ totalBytes: declaredBytes }, { totalBytes })
          const expected = { totalBytes, version: sourceVersion }
          return createSourceReader(file, { offset, totalBytes, expected }, attemptsOf(scope))
        },
      }
      return await uploadDurably(durable, guarded, scope.call, options)
    } finally {
      file.discard()
    }
  }
}

import { XMediaError } from '../errors.ts'

export interface AdmissionOptions {
  /** Uploads at once. */
  maxUploads: number
  /** Uploads at once of one subject. */
  maxUploadsPerSubject: number
}

/** Counts the uploads under way, so that nobody's keep out everybody else's. */
export interface Admission {
  /** Lets an upload in and answers how to let it out again, or throws `too_many_uploads`. */
  admit(subject: string, maxUploads?: number): () => void
  /** Uploads under way. */
  readonly uploads: number
}

/** Seconds after which a client that found no place may find one. */
const RETRY_AFTER_SECS = 5

export function createAdmission({ maxUploads, maxUploadsPerSubject }: AdmissionOptions): Admission {
  const bySubject = new Map<string, number>()
  let uploads = 0

  return {
    get uploads() {
      return uploads
    },
    admit(subject, most = maxUploadsPerSubject) {
      const others = bySubject.get(subject) ?? 0
      if (!(others < most)) throw tooMany(`You have ${others} uploads under way`)
      if (uploads >= maxUploads) throw tooMany('This server has as many uploads under way as it takes')
      uploads++
      bySubject.set(subject, others + 1)
      let inside = true
      return () => {
        if (!inside) return
        inside = false
        uploads--
        const left = (bySubject.get(subject) ?? 1) - 1
        if (left > 0) bySubject.set(subject, left)
        else bySubject.delete(subject)
      }
    },
  }
}

/** 503 and not 429: tus clients take 429 for final. https://github.com/tus/tus-js-client/blob/main/docs/api.md */
function tooMany(detail: string): XMediaError {
  return new XMediaError('too_many_uploads', `${detail}; try again when one of them is done.`, {
    retryAfterSecs: RETRY_AFTER_SECS,
  })
}

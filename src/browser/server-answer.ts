import type { XMediaAnswer } from '../x/media-answer.ts'
import type { XProblem } from '../x/schemas.ts'

/** A media as the server describes it, with what it adds to X's answer. */
export interface ServerAnswer extends XMediaAnswer {
  facts?: Record<string, unknown>
  warnings?: UploadWarning[]
}

/** What went wrong although X has the file. */
export interface UploadWarning extends XProblem {
  code?: string
}

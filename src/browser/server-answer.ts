import type { MediaFindings, Violation } from '../media-facts.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import type { XProblem } from '../x/schemas.ts'

/** A media as the server describes it, with what it adds to X's answer. */
export interface ServerAnswer extends XMediaAnswer, MediaFindings {}

/** What went wrong although X has the file, or what X may not like about it. */
export interface UploadWarning extends XProblem, Partial<Omit<Violation, 'detail'>> {}

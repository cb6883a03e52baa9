import type { Instance } from '../instance.ts'
import type { Sessions } from '../session/record.ts'

/** An instance, and the sessions of its resumable uploads. */
export interface ResumableInstance extends Instance {
  sessions: Sessions
}

import type { Instance } from '../instance.ts'
import type { CompatUploads } from './upload-record.ts'

/** An instance, and the uploads that came over X's own API. */
export interface CompatInstance extends Instance {
  compatUploads: CompatUploads
}

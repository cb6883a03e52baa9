import { XMediaUploadError } from '../../../src/browser/index.ts'

/** What people read about something that went wrong. */
export interface Trouble {
  message: string
  /** For developers. Undefined for what is only a reminder. */
  code?: string
  detail?: string | undefined
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof XMediaUploadError) return { message: error.message, code: error.code, detail: error.detail }
  return { message: 'Something went wrong in this page.', code: 'page_error', detail: String(error) }
}

/** The requests of the `command` dialect's single endpoint. Query and form fields are read together. */

import * as z from 'zod/mini'
import { booleanText, id, integerText, ownerIdsText, segmentIndex, totalBytes } from './field-schemas.ts'
import { MEDIA_CATEGORIES, type MediaCategory } from './limits.ts'

/** `POST /2/media/upload?command=INIT` */
export interface CommandInitialize {
  command: 'INIT'
  total_bytes?: number
  /** Any text: X notices an unknown type only at FINALIZE. */
  media_type?: string
  media_category?: MediaCategory
  additional_owners?: string[]
  shared?: boolean
}
export const commandInitialize: z.ZodMiniType<CommandInitialize> = z.strictObject({
  command: z.literal('INIT'),
  total_bytes: z.exactOptional(z.pipe(integerText, totalBytes)),
  media_type: z.exactOptional(z.string()),
  media_category: z.exactOptional(z.enum(MEDIA_CATEGORIES)),
  additional_owners: z.exactOptional(ownerIdsText),
  shared: z.exactOptional(booleanText),
})

/** `POST /2/media/upload?command=APPEND`, multipart with a `media` part */
export interface CommandAppend {
  command: 'APPEND'
  media_id: string
  segment_index: number
}
export const commandAppend: z.ZodMiniType<CommandAppend> = z.strictObject({
  command: z.literal('APPEND'),
  media_id: id,
  segment_index: z.pipe(integerText, segmentIndex),
})

/** `POST /2/media/upload?command=FINALIZE` */
export interface CommandFinalize {
  command: 'FINALIZE'
  media_id: string
}
export const commandFinalize: z.ZodMiniType<CommandFinalize> = z.strictObject({
  command: z.literal('FINALIZE'),
  media_id: id,
})

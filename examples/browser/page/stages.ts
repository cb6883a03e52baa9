/** What the page says about an attachment, and what it offers. */

import type { XMediaUploadError } from '../../../src/browser/index.ts'
import type { Attachment } from './attachment.ts'
import { showRemaining, showSize } from './words.ts'

/** Failures that the same file will always have. */
const FINAL: readonly string[] = [
  ...['too_large', 'unsupported_media_type', 'signature_mismatch', 'content_refused', 'media_unsupported'],
  ...['category_mismatch', 'empty_body', 'invalid_parameter', 'x_rejected_media', 'processing_failed'],
  ...['file_unreadable', 'transform_failed', 'alt_text_missing', 'origin_not_allowed', 'x_forbidden'],
  ...['length_required', 'invalid_length', 'length_conflict', 'body_too_long'],
]

export function canRetry({ stage, trouble }: Attachment): boolean {
  return stage === 'failed' && !FINAL.includes(trouble?.code ?? '')
}

/** Whether a description or subtitles make sense: not for a file that X will never have, nor for a track without its video. */
export function canTakeAdditions(attachment: Attachment): boolean {
  const { stage, kind } = attachment
  return stage === 'file needed' ? kind !== 'video' : stage !== 'failed' || canRetry(attachment)
}

/** How an attachment stands, in a few words. */
export function describeStage({ stage, progress, size }: Attachment): string {
  const sent = progress?.acknowledgedBytes ?? 0
  const share = `X has ${showSize(sent)} of ${showSize(size)}`
  switch (stage) {
    case 'ready':
      return 'Ready'
    case 'failed':
      return 'Failed'
    case 'file needed':
      return 'Choose this file again to continue'
    case 'paused':
      return `Paused. ${share}`
    case 'processing': {
      const percent = progress?.processingPercent
      return `X is processing${percent === undefined ? '' : `, ${percent} %`}${showRemaining(progress?.remainingSecs)}`
    }
    case 'uploading':
      if (progress?.interruption) return describeInterruption(progress.interruption)
      return sent > 0 ? share + showRemaining(progress?.remainingSecs) : 'Uploading'
  }
}

/** Reasons that people cannot do anything about, and that come from the server or X. */
const BUSY: readonly string[] = [
  'overloaded',
  'too_many_uploads',
  'store_unavailable',
  'x_rate_limited',
  'x_unavailable',
]

function describeInterruption({ code, message }: XMediaUploadError): string {
  if (!navigator.onLine) return 'You are offline. The upload continues when you are back.'
  return BUSY.includes(code)
    ? `${message} The upload continues by itself.`
    : 'The connection was lost. The upload continues by itself.'
}

/** How much is done, in percent: the bytes that X has, and then X's processing. */
export function percentDone({ stage, progress, size }: Attachment): number {
  if (stage === 'ready') return 100
  if (stage === 'processing') return progress?.processingPercent ?? 0
  return Math.floor((100 * (progress?.acknowledgedBytes ?? 0)) / Math.max(size, 1))
}

/** What to announce whenever it changes: the stage of an attachment, or what interrupts it. */
export function announcement(attachment: Attachment): string {
  const { name, stage, trouble, progress } = attachment
  const interruption = stage === 'uploading' && progress?.interruption
  if (interruption) return `${name}: ${describeInterruption(interruption)}`
  const said: Readonly<Record<Attachment['stage'], string>> = {
    uploading: `Uploading ${name}`,
    paused: `${name} is paused`,
    processing: `X is processing ${name}`,
    ready: `${name} is ready`,
    failed: `${name} failed. ${trouble?.message}`,
    'file needed': `Choose ${name} again to continue its upload`,
  }
  return said[stage]
}

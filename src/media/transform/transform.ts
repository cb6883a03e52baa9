import { type HeldFile, readUpTo } from '../../ingress/held-file.ts'
import { openHeldMemory } from '../../ingress/held-memory.ts'
import { bodyTooLong, bodyTooShort } from '../../ingress/lengths.ts'
import type { IncomingFile, SourceTransform } from '../../ingress/media-check.ts'
import { replay } from '../../ingress/replay.ts'
import { HEAD_BYTES } from '../../ingress/upload-source.ts'
import type { MediaFacts } from '../../media-facts.ts'
import type { TransformedRequest } from '../../options.ts'
import type { MediaCategory } from '../../x/limits.ts'
import { IMAGE_FORMATS } from '../image-formats.ts'
import { createProbe } from '../probe.ts'
import type { MediaRulesSettings } from '../rules/media-rules.ts'
import { createCaller } from './call-transform.ts'
import { createIncomingChecks, mayBeImage } from './incoming-checks.ts'
import { createNeeds } from './needs.ts'
import type { TransformImage } from './options.ts'

export interface TransformSettings
  extends Pick<MediaRulesSettings, 'account' | 'rules' | 'transformBytes' | 'transformWhen'> {
  transform: TransformImage
}

/** Makes other images of those in one request. */
export function createTransform(
  { transform, transformBytes, ...settings }: TransformSettings,
  { c, principal, sizeLimits }: TransformedRequest,
): SourceTransform {
  const ownBytes = principal?.limits?.uploadBytes
  const limitFor = (categories: readonly MediaCategory[]) => sizeLimits.limitFor(categories, ownBytes)
  const needs = createNeeds({ ...settings, account: principal?.account ?? settings.account, limitFor })
  const callTransform = createCaller({ transform, c, principal, limitFor })

  return {
    ...createIncomingChecks({ sizeLimits, ownBytes, transformBytes }),
    async run(file, call, pool) {
      const { totalBytes, body } = file
      if (!mayBeImage(file.declared()) || (totalBytes ?? 0) > transformBytes) return file
      const { hold, close } = openHeldMemory(pool, principal?.subject, call.signal)
      const passOn = ({ bytes, rest }: HeldFile): IncomingFile => ({ ...file, body: replay(bytes, rest, close) })

      const head = await readUpTo(HEAD_BYTES, { bytes: new Uint8Array(0), rest: body }, hold)
      const headFacts = factsOf(head)
      if (!headFacts || !needs.mayBeNeeded(headFacts, file)) return passOn(head)

      // One byte more shows whether the file ends there.
      const held = await readUpTo((totalBytes ?? transformBytes) + 1, head, hold)
      const { bytes } = held
      checkLength(bytes.length, totalBytes)
      const facts = factsOf(held)
      if (bytes.length > transformBytes || !facts) return passOn(held)

      // A form has ended now, so that its last fields count.
      const original = { declared: file.declared(), bytes }
      const isNeeded = needs.isNeeded(facts, original)
      const result = isNeeded ? await callTransform(original, facts, { ...call, hold }) : original
      hold(result.bytes.length)
      return {
        declared: () => result.declared,
        totalBytes: result.bytes.length,
        maxTotalBytes: undefined,
        body: replay(result.bytes, undefined, close),
      }
    },
  }
}

/** What an image says about itself; undefined if it is none. */
function factsOf({ bytes, rest }: HeldFile): MediaFacts | undefined {
  const probe = createProbe({ formats: IMAGE_FORMATS, firstSegmentBytes: HEAD_BYTES })
  probe.push(bytes)
  if (!rest) probe.end()
  return probe.facts()
}

function checkLength(bytes: number, totalBytes = bytes): void {
  if (bytes > totalBytes) throw bodyTooLong(totalBytes)
  if (bytes < totalBytes) throw bodyTooShort(bytes, totalBytes)
}

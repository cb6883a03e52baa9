import { XMediaError } from '../errors.ts'
import type { MediaCategory, MetadataKind } from '../x/limits.ts'

/** What a client asks of X beside the upload. Undefined: nothing, or not known yet. */
export interface RequestedParameters {
  /** Ids of other X users who may use the media. */
  additionalOwners?: readonly string[] | undefined
  /** Whether the media may be used in more than one direct message. */
  shared?: boolean | undefined
  /** Alternative text, at most 1,000 characters. */
  altText?: string | undefined
}

export interface PermissionOptions {
  additionalOwners: boolean | ((ids: readonly string[]) => boolean)
  shared: boolean
  categories: readonly MediaCategory[]
  metadata: readonly MetadataKind[]
}

/** What clients may ask of X on this instance. The checks throw `invalid_parameter` to refuse. */
export interface Permissions {
  /** Refuses a file unless it may have one of these categories. */
  checkCategories(categories: readonly MediaCategory[]): void
  /** Refuses additional owners, the shared flag and alternative text where they are not allowed. */
  checkParameters(requested: RequestedParameters): void
  allowsMetadata(kind: MetadataKind): boolean
}

export function createPermissions(allow: PermissionOptions): Permissions {
  const allowsMetadata = (kind: MetadataKind) => allow.metadata.includes(kind)

  return {
    checkCategories(categories) {
      if (categories.some((category) => allow.categories.includes(category))) return
      throw notAllowed(
        `the category ${categories.join(' or ')}`,
        `\`allow.categories\` has ${allow.categories.join(', ')}`,
      )
    },
    checkParameters({ additionalOwners = [], shared = false, altText }) {
      if (additionalOwners.length > 0) checkOwners(additionalOwners, allow)
      if (shared && !allow.shared) throw notAllowed('`shared`', '`allow.shared` is false')
      if (altText !== undefined && !allowsMetadata('alt_text')) {
        throw notAllowed('`alt_text`', '`allow.metadata` does not have it')
      }
    },
    allowsMetadata,
  }
}

function checkOwners(ids: readonly string[], { additionalOwners: allowed }: PermissionOptions): void {
  if (allowed === false) throw notAllowed('`additional_owners`', '`allow.additionalOwners` is false')
  // Only `true` allows: an async function would return a promise.
  if (allowed === true || allowed(ids) === true) return
  throw notAllowed('these `additional_owners`', '`allow.additionalOwners` refuses them')
}

/** @param reason What the option says, beginning with its name. */
function notAllowed(request: string, reason: string): XMediaError {
  return new XMediaError('invalid_parameter', `This server does not allow ${request}. Its option ${reason}.`)
}

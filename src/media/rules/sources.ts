/** X's best practices, as of 2026-09. */
export const BEST_PRACTICES = 'https://docs.x.com/x-api/media/quickstart/best-practices'

/** The guidelines of a scheduler, where X has none. */
export const AYRSHARE = 'https://www.ayrshare.com/docs/media-guidelines/x-twitter'

/** The posts that an emulator has accepted. */

/** A post, as the control routes and `Emulator` report it. */
export interface EmulatedPost {
  id: string
  text: string
  media_ids: readonly string[]
  /** Id of the user who posted. */
  user: string
  /** Id of the post that it answers. */
  in_reply_to?: string
}

export interface PostLog {
  add(post: EmulatedPost): void
  /** In the order they were posted. */
  all(): EmulatedPost[]
  find(id: string): EmulatedPost | undefined
  /** The last post of a user. */
  lastOf(user: string): EmulatedPost | undefined
  clear(): void
}

export function createPostLog(): PostLog {
  let posts: EmulatedPost[] = []
  return {
    add: (post) => posts.push(post),
    all: () => [...posts],
    find: (id) => posts.find((post) => post.id === id),
    lastOf: (user) => posts.findLast((post) => post.user === user),
    clear() {
      posts = []
    },
  }
}

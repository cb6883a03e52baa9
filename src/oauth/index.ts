/** Sign in with X: users upload to their own accounts, and their tokens stay on the server. */

export type { XSignInOptions, XUser } from './options.ts'
export { type XSignIn, xSignIn } from './sign-in.ts'

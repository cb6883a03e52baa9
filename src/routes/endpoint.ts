import type { StatusCode } from 'hono/utils/http-status'
import type { PROBLEMS, Problem } from '../problem.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'

/** A route as `hc` of hono/client knows it: what it takes, and that it answers with a media or a problem. */
export type MediaEndpoint<Input, Status extends StatusCode> =
  | { input: Input; output: XMediaAnswer; outputFormat: 'json'; status: Status }
  | { input: Input; output: Problem; outputFormat: 'json'; status: ProblemStatus }

/** hono has no names for 460 and 499, which clients of these routes are not answered with. */
type ProblemStatus = Extract<(typeof PROBLEMS)[keyof typeof PROBLEMS]['status'], StatusCode>

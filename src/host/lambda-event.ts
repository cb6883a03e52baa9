import { isRecord } from '../lib/is-record.ts'

/** What AWS Lambda says about the body of a request, beside the body itself. */
export interface LambdaBody {
  /** Whether the gateway passed it as text: bytes that are not UTF-8 are lost then. */
  isText: boolean
  /** Its length as the client declared it, bytes. Hono writes the length of what arrived into the request. */
  contentLength: string | undefined
}

/**
 * Reads the body of the event that `hono/aws-lambda` puts into the environment. Undefined without a body, and elsewhere.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 */
export function readLambdaBody(env: unknown): LambdaBody | undefined {
  const event = lambdaEvent(env)
  if (typeof event?.['body'] !== 'string' || event['body'] === '') return undefined
  return { isText: event['isBase64Encoded'] !== true, contentLength: headerOf(event, 'content-length') }
}

/** Whether an Application Load Balancer calls the function. */
export function isBehindLoadBalancer(env: unknown): boolean {
  const context = lambdaEvent(env)?.['requestContext']
  return isRecord(context) && 'elb' in context
}

function lambdaEvent(env: unknown): Record<string, unknown> | undefined {
  return isRecord(env) && isRecord(env['event']) ? env['event'] : undefined
}

/** A header of the event. A load balancer may send them with several values only, and a REST API in any case. */
function headerOf(event: Record<string, unknown>, name: string): string | undefined {
  const [values, lists] = ['headers', 'multiValueHeaders'].map((member) => event[member])
  const entries = [...Object.entries(values ?? {}), ...Object.entries(lists ?? {})]
  const value: unknown = entries.find(([header]) => header.toLowerCase() === name)?.[1]
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : undefined
}

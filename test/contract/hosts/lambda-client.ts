import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type HostClient, type HostRequest, readBody } from './host-client.ts'

/** What calls the function. The events are those in the documentation of each. */
export type LambdaTrigger = 'httpApi' | 'restApi' | 'restApiWithoutBinary' | 'loadBalancer'

interface LambdaResult {
  statusCode: number
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
  body?: string
  isBase64Encoded?: boolean
}

export type LambdaHandler = (event: object, context: object) => Promise<LambdaResult>
export type StreamingLambdaHandler = (event: object, response: PassThrough, context: object) => Promise<void>

/** A function that an API or a load balancer calls. */
export function lambdaClient(handler: LambdaHandler, trigger: LambdaTrigger): HostClient {
  return {
    async send(request) {
      const result = await handler(lambdaEvent(request, trigger), {})
      const headers = new Headers(result.headers)
      for (const [name, values] of Object.entries(result.multiValueHeaders ?? {})) headers.set(name, values.join(', '))
      const body = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8')
      const { statusCode: status } = result
      return new Response([204, 304].includes(status) ? null : body, { status, headers })
    },
  }
}

/** A function URL that streams its responses. */
export function streamingLambdaClient(handler: StreamingLambdaHandler): HostClient {
  return {
    send(request) {
      const stream = new MetadataStream()
      const failed = handler(lambdaEvent(request, 'httpApi'), stream, {}).then(() => new Promise<never>(() => {}))
      return Promise.race([stream.response(), failed])
    },
  }
}

interface Metadata {
  statusCode: number
  headers: Record<string, string>
}

/** The response of a function that streams. */
class MetadataStream extends PassThrough {
  readonly #metadata = Promise.withResolvers<Metadata>()

  begin(metadata: Metadata): this {
    this.#metadata.resolve(metadata)
    return this
  }

  async response(): Promise<Response> {
    const { statusCode: status, headers } = await this.#metadata.promise
    if (status === 204) {
      await text(this)
      return new Response(null, { status, headers })
    }
    return new Response(readBody(this), { status, headers })
  }
}

/** The global that Lambda's runtime for Node has. */
export const awslambda = {
  streamifyResponse: (handler: StreamingLambdaHandler): StreamingLambdaHandler => handler,
  HttpResponseStream: { from: (stream: MetadataStream, metadata: Metadata): MetadataStream => stream.begin(metadata) },
}

/** The types that a gateway passes as text. Everything else comes as base64. */
const TEXT = /^(?:text\/|application\/(?:json|javascript|xml))/

/** An event for this request. `headers` may have a `content-length` that differs from the body's. */
export function lambdaEvent({ method, path, headers, body }: HostRequest, trigger: LambdaTrigger): object {
  const { pathname, searchParams, search } = new URL(path, 'https://app.example')
  if (body instanceof ReadableStream) throw new TypeError('an event has the whole body')
  const isText = trigger === 'restApiWithoutBinary' || TEXT.test(headers['content-type'] ?? '')
  const isBase64Encoded = body !== undefined && !isText
  const content = {
    body: body === undefined ? null : Buffer.from(body).toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  }
  const all = { host: 'app.example', 'x-forwarded-proto': 'https', ...headers }
  const query = Object.fromEntries(searchParams)
  if (trigger === 'httpApi') {
    const requestContext = { domainName: 'app.example', http: { method, path: pathname, protocol: 'HTTP/1.1' } }
    return {
      version: '2.0',
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: all,
      requestContext,
      ...content,
    }
  }
  if (trigger === 'loadBalancer') {
    const requestContext = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/app/1' } }
    // A load balancer passes a query as it is, still encoded.
    const raw = Object.fromEntries(
      search
        .slice(1)
        .split('&')
        .flatMap((pair) => (pair ? [pair.split('=')] : [])),
    )
    return { requestContext, httpMethod: method, path: pathname, queryStringParameters: raw, headers: all, ...content }
  }
  return {
    ...{ resource: '/{proxy+}', httpMethod: method, path: pathname, ...content },
    headers: capitalized(all),
    multiValueHeaders: Object.fromEntries(Object.entries(capitalized(all)).map(([name, value]) => [name, [value]])),
    queryStringParameters: query,
    multiValueQueryStringParameters: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
    requestContext: { domainName: 'app.example', httpMethod: method, stage: 'prod', protocol: 'HTTP/1.1' },
  }
}

/** A REST API keeps the case that the client wrote. */
function capitalized(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(?<=^|-)[a-z]/g, (first) => first.toUpperCase()),
      value,
    ]),
  )
}

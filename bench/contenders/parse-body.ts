import { Buffer } from 'node:buffer'
import { Agent } from 'node:http'
import type { Context } from 'hono'
import { EUploadMimeType, TwitterApi } from 'twitter-api-v2'

/** What is written today: the form is parsed into memory, and a client of X uploads the file that was in it. */
export async function parseBody(c: Context, sinkUrl: string): Promise<Response> {
  const { file } = await c.req.parseBody()
  if (!(file instanceof File)) return c.text('no file', 400)
  const client = new TwitterApi('token', { httpAgent: new Agent({ keepAlive: true }), plugins: [sendTo(sinkUrl)] })
  await client.v2.uploadMedia(Buffer.from(await file.arrayBuffer()), {
    media_type: EUploadMimeType.Mp4,
    media_category: 'tweet_video',
  })
  return c.json({}, 201)
}

function sendTo(sinkUrl: string) {
  const { host, protocol } = new URL(sinkUrl)
  return {
    onBeforeRequest({ computedParams }: { computedParams: { url: URL } }) {
      computedParams.url.host = host
      computedParams.url.protocol = protocol
    },
  }
}

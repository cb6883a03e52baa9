import { describe, expect, it } from 'vitest'
import type { EmulatorProgram } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { type RawAnswer, sendRaw } from '../support/socket.ts'
import type { Target } from './contract.ts'

const INVALID = ['a b', '[::', 'x:99999999', '%%', 'a/b', 'a?b', 'user@a', '999.999.1.1']

interface RawRequest {
  line: string
  headers?: string[]
  body: Uint8Array
}

const image = sampleFile('image/png', 5000)
const TUS = 'tus-resumable: 1.0.0'
const CHUNK = [TUS, 'content-type: application/offset+octet-stream']
const NEW = [`upload-length: ${image.length}`, `upload-metadata: filetype ${btoa('image/png')}`]
const FORM = 'content-type: multipart/form-data; boundary=b'

function form(fields: string): Uint8Array {
  const head = `${fields}--b\r\ncontent-disposition: form-data; name="media"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n`
  return Buffer.concat([Buffer.from(head), image, Buffer.from('\r\n--b--\r\n')])
}

const CATEGORY = '--b\r\ncontent-disposition: form-data; name="media_category"\r\n\r\ntweet_image\r\n'

/** One request each that uploads a whole file. */
const UPLOADS: readonly RawRequest[] = [
  { line: 'POST /media', headers: ['content-type: image/png'], body: image },
  { line: 'PUT /media', headers: ['content-type: image/png'], body: image },
  { line: 'POST /media', headers: [FORM], body: form('') },
  { line: 'POST /media/files', headers: [...CHUNK, ...NEW], body: image },
  { line: 'POST /media/2/media/upload', headers: [FORM], body: form(CATEGORY) },
]

/** What a request with an invalid `Host` gets. Everything else about these requests is right. */
export function invalidHosts(target: Target, parts: () => { url: string; emulator: EmulatorProgram }): void {
  describe('a Host that no URL can have', () => {
    async function sendWith(host: string | undefined, { line, headers = [], body }: RawRequest): Promise<RawAnswer> {
      const head = [
        `${line} HTTP/1.1`,
        'x-demo-user: u1',
        'connection: close',
        ...headers,
        `content-length: ${body.length}`,
      ]
      return await sendRaw(parts().url, head, [body], host)
    }

    async function finalized(): Promise<number> {
      return (await parts().emulator.uploads()).filter((upload) => upload.finalized).length
    }

    /** workerd refuses it itself, with a 500, before the Worker sees it. */
    function expectRefused({ status, body }: RawAnswer): void {
      if (target === 'workers') expect(status).toBe(500)
      else expect([status, body]).toEqual([400, expect.stringContaining('"code":"invalid_host"')])
    }

    it.each(INVALID)('is refused on every way in, and X finalizes nothing: %s', async (host) => {
      const before = await finalized()
      for (const upload of UPLOADS) expectRefused(await sendWith(host, upload))
      expect(await finalized()).toBe(before)
    })

    it('keeps no other Host from uploading in the same ways', async () => {
      const before = await finalized()
      for (const upload of UPLOADS) expect((await sendWith(undefined, upload)).status).toBeOneOf([200, 201])
      expect(await finalized()).toBe(before + UPLOADS.length)
    })

    it.each(INVALID)('finalizes no upload that was begun with another: %s', async (host) => {
      const created = await sendWith(undefined, {
        line: 'POST /media/files',
        headers: [TUS, ...NEW],
        body: Buffer.alloc(0),
      })
      expect(created.status).toBe(201)
      const path = new URL(/^location: (\S+)/im.exec(created.headers)?.[1] ?? '', `${parts().url}/files`).pathname
      const last = { line: `PATCH ${path}`, headers: [...CHUNK, 'upload-offset: 0'], body: image }
      const before = await finalized()
      expectRefused(await sendWith(host, last))
      expect(await finalized()).toBe(before)
      expect((await sendWith(undefined, last)).status).toBe(204)
      expect(await finalized()).toBe(before + 1)
    })
  })
}

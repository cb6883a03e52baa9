/** An Uppy plugin: after `@uppy/tus` has sent a file to `/media/files`, it shows how X processes it. */

import { BasePlugin, type Body, type Meta, type PluginOpts, type Uppy } from '@uppy/core'
import type { XMediaAnswer } from '../../src/index.ts'

export interface XProcessingOptions extends PluginOpts {
  /** As `headers` of `@uppy/tus`, for the sign-in. */
  headers?: Record<string, string>
}

export class XProcessing<M extends Meta, B extends Body> extends BasePlugin<XProcessingOptions, M, B> {
  readonly #followAll = async (ids: string[]): Promise<void> => {
    await Promise.all(ids.map((id) => this.#follow(id)))
  }

  constructor(uppy: Uppy<M, B>, options: XProcessingOptions = {}) {
    super(uppy, options)
    this.id = 'XProcessing'
    this.type = 'postprocessor'
  }

  override install(): void {
    this.uppy.addPostProcessor(this.#followAll)
  }

  override uninstall(): void {
    this.uppy.removePostProcessor(this.#followAll)
  }

  /** Shows a file's processing until it has ended, and marks the file as failed if X could not process it. */
  async #follow(id: string): Promise<void> {
    const uploadUrl = this.uppy.getFile(id)?.response?.uploadURL ?? ''
    try {
      const upload = await this.#get(uploadUrl)
      const status = new URL(upload.headers.get('x-media-status') ?? '', uploadUrl).href
      for (;;) {
        const { data }: XMediaAnswer = await (await this.#get(status)).json()
        const info = data.processing_info
        if (info?.error || info?.state === 'failed') throw new Error(info.error?.message ?? 'X could not process it')
        if (info === undefined || info.state === 'succeeded') break
        const progress = {
          mode: 'determinate',
          message: 'X is processing',
          value: (info.progress_percent ?? 0) / 100,
        } as const
        this.uppy.emit('postprocess-progress', this.uppy.getFile(id), progress)
        await new Promise((resolve) => setTimeout(resolve, 1000 * (info.check_after_secs ?? 1)))
      }
      this.uppy.emit('postprocess-complete', this.uppy.getFile(id))
    } catch (error) {
      this.uppy.emit('upload-error', this.uppy.getFile(id), error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #get(url: string): Promise<Response> {
    const response = await fetch(url, { headers: { 'tus-resumable': '1.0.0', ...this.opts.headers } })
    if (!response.ok) throw new Error(`${url} responded with ${response.status}`)
    return response
  }
}

import type { XMediaOptions } from '../../src/index.ts'
import { emulator } from './app.ts'

/** An X whose processing makes no progress: it wants to be asked again after so many seconds. */
export function stuckX(checkAfterSecs: number): { x: NonNullable<XMediaOptions['x']>; asked(): number } {
  let asked = 0
  return {
    x: {
      async fetch(url, init) {
        const response = await emulator.app.request(url, init)
        if (init.method === 'GET') asked++
        else if (!url.endsWith('/finalize')) return response
        const id = /\d{19}/.exec(url)?.[0]
        return Response.json({ data: { id, processing_info: { state: 'pending', check_after_secs: checkAfterSecs } } })
      },
    },
    asked: () => asked,
  }
}

import type { TransformImage } from '../../src/media/index.ts'

/** The transform by sharp, if that is installed and runs here. */
export async function loadSharp(): Promise<TransformImage | undefined> {
  try {
    const { fitForX } = await import('./sharp.ts')
    return fitForX
  } catch (error) {
    console.error(`Large images are refused, as sharp does not load: ${String(error)}`)
    return undefined
  }
}

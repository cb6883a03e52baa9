import { type Worker, worker } from '../../adapters/cloudflare.ts'
import { createDemo, type DemoEnv } from '../demo.ts'

const demo: Worker<DemoEnv> = worker(createDemo)
export default demo

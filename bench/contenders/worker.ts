import { type Worker, worker } from '../../adapters/cloudflare.ts'
import { createContenders } from './app.ts'

const contenders: Worker<{ X_API_BASE_URL: string }> = worker((env) => createContenders(env.X_API_BASE_URL))
export default contenders

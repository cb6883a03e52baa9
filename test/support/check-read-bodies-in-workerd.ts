import { type Worker, worker } from '../../adapters/cloudflare.ts'
import { createReadingApp } from './read-body-checks.ts'

const reading: Worker<unknown> = worker(createReadingApp)
export default reading

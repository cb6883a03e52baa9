import { serve } from '../../adapters/bun.ts'
import { runChecks } from './checks.ts'
import { createReadingApp, READ_BODY_CHECKS } from './read-body-checks.ts'

const server = await serve(createReadingApp(), { port: 0 })
console.log(JSON.stringify(await runChecks(READ_BODY_CHECKS, server.url)))
await server.close()

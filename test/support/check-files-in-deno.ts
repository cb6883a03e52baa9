import { fromFile } from '../../adapters/deno.ts'
import { checkFiles } from './file-place.ts'

console.log(JSON.stringify(await checkFiles(fromFile)))

import { fromFile } from '../../adapters/bun.ts'
import { checkFiles } from './file-place.ts'

console.log(JSON.stringify(await checkFiles(fromFile)))

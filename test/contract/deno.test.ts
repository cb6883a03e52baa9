import { clients } from './clients.ts'
import { contract } from './contract.ts'

contract('deno')
clients('deno')

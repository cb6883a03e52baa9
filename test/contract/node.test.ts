import { clients } from './clients.ts'
import { contract } from './contract.ts'

contract('node')
clients('node')

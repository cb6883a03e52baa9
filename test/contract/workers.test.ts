import { clients } from './clients.ts'
import { contract } from './contract.ts'
import { hazards } from './hazards.ts'

contract('workers')
clients('workers')
hazards('workers')

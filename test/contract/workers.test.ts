import { clients } from './clients.ts'
import { contract } from './contract.ts'
import { hazards } from './hazards.ts'
import { resumable } from './resumable.ts'
import { wire } from './wire.ts'

contract('workers')
clients('workers')
hazards('workers')
resumable('workers')
wire('workers')

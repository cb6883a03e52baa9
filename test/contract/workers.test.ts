import { clients } from './clients.ts'
import { wire } from './compat.ts'
import { contract } from './contract.ts'
import { hazards } from './hazards.ts'
import { resumable } from './resumable.ts'

contract('workers')
clients('workers')
hazards('workers')
resumable('workers')
wire('workers')

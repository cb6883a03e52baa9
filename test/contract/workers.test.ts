import { clients } from './clients.ts'
import { compat } from './compat.ts'
import { contract } from './contract.ts'
import { hazards } from './hazards.ts'
import { listeners } from './listeners.ts'
import { mediaTypes } from './media-types.ts'
import { resumable } from './resumable.ts'

contract('workers')
clients('workers')
hazards('workers')
resumable('workers')
compat('workers')
mediaTypes('workers')
listeners('workers')

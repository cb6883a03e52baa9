import { clients } from './clients.ts'
import { compat } from './compat.ts'
import { contract } from './contract.ts'
import { hazards } from './hazards.ts'
import { listeners } from './listeners.ts'
import { mediaTypes } from './media-types.ts'
import { resumable } from './resumable.ts'
import { shutdown } from './shutdown.ts'

contract('node')
clients('node')
hazards('node')
resumable('node')
compat('node')
mediaTypes('node')
listeners('node')
shutdown('node')

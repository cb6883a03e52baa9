import { clients } from './clients.ts'
import { compat } from './compat.ts'
import { contract } from './contract.ts'
import { hazards } from './hazards.ts'
import { listeners } from './listeners.ts'
import { resumable } from './resumable.ts'
import { shutdown } from './shutdown.ts'

contract('express')
clients('express')
hazards('express')
resumable('express')
compat('express')
listeners('express')
shutdown('express')

import { clients } from './clients.ts'
import { compat } from './compat.ts'
import { contract } from './contract.ts'
import { hazards } from './hazards.ts'
import { listeners } from './listeners.ts'
import { resumable } from './resumable.ts'
import { shutdown } from './shutdown.ts'

contract('deno')
clients('deno')
hazards('deno')
resumable('deno')
compat('deno')
listeners('deno')
shutdown('deno')

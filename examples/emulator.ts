/**
 * X's media API on this machine: `npm run emulator`.
 *
 * `PORT` (default 8788; 0 takes any free port), `EMULATOR_OPTIONS` (JSON of `EmulatorOptions`).
 */

import process from 'node:process'
import { announce } from './announce.ts'
import { serveEmulator } from './serve-emulator.ts'

announce(await serveEmulator(JSON.parse(process.env['EMULATOR_OPTIONS'] ?? '{}'), Number(process.env['PORT'] ?? 8788)))

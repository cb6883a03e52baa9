/**
 * Serves the emulator of X's media API: `npm run emulator`.
 *
 * `PORT`: the port to listen on. Default 8788; 0 takes any free one.
 * `EMULATOR_OPTIONS`: `EmulatorOptions` as JSON. Default `{}`.
 */

import process from 'node:process'
import { announce } from './announce.ts'
import { serveEmulator } from './serve-emulator.ts'

announce(await serveEmulator(JSON.parse(process.env['EMULATOR_OPTIONS'] ?? '{}'), Number(process.env['PORT'] ?? 8788)))

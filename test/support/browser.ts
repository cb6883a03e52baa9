import process from 'node:process'
import { type Browser, chromium } from 'playwright-core'
import { findProgram } from './client.ts'

/** The Chromium of this machine, if there is one. The tests never download it. */
export const CHROMIUM: string | undefined =
  process.env['CHROMIUM_PATH'] || findProgram('chromium', 'chromium-browser', 'google-chrome')

export function launchBrowser(): Promise<Browser> {
  // The sandbox needs rights that containers do not have, and the only pages are our own.
  return chromium.launch({ ...(CHROMIUM ? { executablePath: CHROMIUM } : {}), args: ['--no-sandbox'] })
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { vi } from 'vitest'
import { findProgram } from './client.ts'
import type { DrivenBrowser, DrivenPage } from './driven-page.ts'
import { freePort } from './free-port.ts'
import { command, openDriverPage } from './web-driver.ts'

const DRIVER = process.env['WEBKIT_DRIVER_PATH'] || findProgram('WebKitWebDriver')
const XVFB = findProgram('Xvfb')

/** The WebDriver server of this machine's WebKit, and a display for it, if there are both. The tests never download them. */
export const WEBKIT: { driver: string; display: string } | undefined =
  DRIVER && XVFB ? { driver: DRIVER, display: XVFB } : undefined

/** Starts WebKitGTK on a display of its own: it has no headless mode. */
export async function launchWebKit(): Promise<DrivenBrowser<DrivenPage>> {
  if (!WEBKIT) throw new Error('There is no WebKit.')
  const screen = ['-screen', '0', '1280x1600x24', '-nolisten', 'tcp']
  const display = spawn(WEBKIT.display, ['-displayfd', '1', ...screen], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [number] = await once(createInterface(display.stdout), 'line')
  const port = await freePort()
  const driver = spawn(WEBKIT.driver, [`--port=${port}`], {
    env: {
      ...process.env,
      GDK_BACKEND: 'x11',
      DISPLAY: `:${number}`,
      // The sandbox needs rights that containers do not have, and the only pages are our own.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    },
    stdio: 'ignore',
  })
  const server = `http://127.0.0.1:${port}`
  await vi.waitFor(() => command('GET', `${server}/status`), { timeout: 30_000 })
  return {
    openPage: () => openDriverPage(server),
    async close() {
      await stop(driver)
      await stop(display)
    },
  }
}

async function stop(program: ChildProcess): Promise<void> {
  const ended = once(program, 'exit')
  program.kill()
  await ended
}

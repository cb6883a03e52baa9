import process from 'node:process'
import puppeteer, { type Page } from 'puppeteer-core'
import { expect } from 'vitest'
import { findProgram } from './client.ts'
import type { Demo } from './demo.ts'
import type { DrivenBrowser, DrivenPage } from './driven-page.ts'

/** The Firefox of this machine, if there is one. The tests never download it. */
export const FIREFOX: string | undefined = process.env['FIREFOX_PATH'] || findProgram('firefox-esr', 'firefox')

/** A page in a browser context of its own. */
export interface FirefoxPage extends DrivenPage {
  readonly puppeteer: Page
}

/**
 * Puppeteer drives Firefox: Playwright's own WebDriver BiDi needs a command that Firefox 153 does not have. A page that
 * closes must have sent no request to another server than the demo.
 */
export async function launchFirefox(demo: Demo): Promise<DrivenBrowser<FirefoxPage>> {
  const browser = await puppeteer.launch({ browser: 'firefox', ...(FIREFOX ? { executablePath: FIREFOX } : {}) })
  return {
    async openPage() {
      const context = await browser.createBrowserContext()
      const page = await context.newPage()
      const foreign: string[] = []
      page.on('request', (request) => {
        if (!demo.owns(request.url()) && !request.isNavigationRequest()) foreign.push(request.url())
      })
      await page.setViewport({ width: 1100, height: 1400 })
      return {
        ...drive(page),
        async close() {
          await context.close()
          expect(foreign).toEqual([])
        },
      }
    },
    close: () => browser.close(),
  }
}

function drive(page: Page): Omit<FirefoxPage, 'close'> {
  return {
    puppeteer: page,
    keyboard: page.keyboard,
    goto: (url) => page.goto(url),
    reload: () => page.reload(),
    evaluate: <Given extends unknown[], Result>(call: string | ((...given: Given) => Result), ...given: Given) =>
      page.evaluate<[], () => Result>(typeof call === 'string' ? call : `(${call})(...${JSON.stringify(given)})`),
    async control(name) {
      const found = await page.waitForSelector(`::-p-aria(${name})`)
      if (!found) throw new Error(`The page has no control ${name}.`)
      return found
    },
    async setFiles(selector, paths) {
      const input = await page.$(selector)
      await (await input?.toElement('input'))?.uploadFile(...paths)
    },
  }
}

/** A page of Playwright or of Puppeteer. */
interface KeyboardPage {
  keyboard: { press(key: 'Tab'): Promise<void> }
  evaluate(name: () => string | undefined): Promise<string | undefined>
}

/** Presses Tab until the focus is on the control with this name. */
export async function tabTo(page: KeyboardPage, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(focusedName)) === name) return
  }
  throw new Error(`Tab does not reach ${name}`)
}

/** Runs in the page. */
function focusedName(): string | undefined {
  const { activeElement: found } = document
  const isField = found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement
  return (found?.ariaLabel ?? (isField ? found.labels?.[0]?.textContent : found?.textContent))?.trim()
}

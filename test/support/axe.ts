import axe from 'axe-core'

declare global {
  interface Window {
    axe: typeof axe
  }
}

/** A rule that a page breaks, with the elements that break it and what to mend. */
type Violation = [rule: string, elements: [html: string, summary: string | undefined][]]

/** A page of Playwright, or a driven one. */
interface AxePage {
  evaluate(call: string | (() => Promise<Violation[]>)): Promise<Violation[]>
}

/** The rules of axe that a page breaks. */
export async function axeViolations(page: AxePage): Promise<Violation[]> {
  // Not as a script of the page, whose policy would refuse it.
  await page.evaluate(axe.source)
  return await page.evaluate(async () => {
    const { violations } = await window.axe.run()
    return violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])])
  })
}

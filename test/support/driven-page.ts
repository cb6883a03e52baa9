/** A control of a page. */
export interface Control {
  click(): Promise<void>
  type(text: string): Promise<void>
}

/** The keys that tests press, besides those that type a letter. */
export type Key = 'Tab' | 'Enter' | 'Control'

/** A page in any browser, as far as the tests of the compose box drive it. */
export interface DrivenPage {
  readonly keyboard: {
    press(key: Key): Promise<void>
    down(key: Key): Promise<void>
    up(key: Key): Promise<void>
    type(text: string): Promise<void>
  }
  goto(url: string): Promise<unknown>
  reload(): Promise<unknown>
  /** Calls a function in the page, or runs a script there. */
  evaluate<Given extends unknown[], Result>(
    call: string | ((...given: Given) => Result),
    ...given: Given
  ): Promise<Awaited<Result>>
  /** Waits for the control with this accessible name. */
  control(name: string): Promise<Control>
  /** Gives files on the disk to the input with this selector. */
  setFiles(selector: string, paths: string[]): Promise<void>
  close(): Promise<void>
}

/** A browser that opens each page with an empty storage. */
export interface DrivenBrowser<Page extends DrivenPage> {
  openPage(): Promise<Page>
  close(): Promise<void>
}

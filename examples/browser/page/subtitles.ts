/** The subtitles of a video, and whether X has them. */

import type { MediaUpload } from '../../../src/browser/index.ts'
import { troubleOf } from './trouble.ts'

export interface Subtitles {
  /** How it stands with the latest ones. */
  readonly state: 'saved' | 'saving' | 'failed'
  /** The same in words. Empty before the first ones. */
  readonly text: string
  /** Adds those that were chosen so far to a new upload of the video. */
  follow(upload: MediaUpload): void
  add(file: File, language: string): void
}

/** @param onChange Called on every change. */
export function createSubtitles(onChange: () => void): Subtitles {
  const files = new Map<string, File>()
  let upload: MediaUpload | undefined
  let latest: object | undefined
  let state: Subtitles['state'] = 'saved'
  let text = ''

  async function save(file: File, language: string): Promise<void> {
    const started = {}
    latest = started
    const enter = (next: typeof state, words: string) => {
      if (latest !== started) return
      state = next
      text = words
      onChange()
    }
    enter('saving', `Adding ${file.name}`)
    try {
      await upload?.addSubtitles(file, { language, name: languageName(language) })
      enter('saved', `X has the subtitles in ${language}`)
    } catch (error) {
      enter('failed', troubleOf(error).message)
    }
  }

  return {
    get state() {
      return state
    },
    get text() {
      return text
    },
    follow(started) {
      upload = started
      for (const [language, file] of files) save(file, language)
    },
    add(file, language) {
      files.set(language, file)
      save(file, language)
    },
  }
}

function languageName(language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(language.toLowerCase()) ?? language
  } catch {
    return language
  }
}

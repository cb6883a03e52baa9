import { parseArgs } from 'node:util'
import { countCharacters } from '../../src/lib/count-characters.ts'
import { isMediaCategory, MAX_ALT_TEXT, MEDIA_CATEGORIES, type MediaCategory } from '../../src/x/limits.ts'
import { type Command, EXIT, type ExitCode, type OptionSpecs, UsageError } from '../command.ts'
import { type Environment, readEnvironment } from '../env-file.ts'
import { explain } from '../explain.ts'
import { readHeaders, readMountUrl } from '../header-option.ts'
import type { Terminal } from '../terminal.ts'
import { createPost } from '../upload/create-post.ts'
import { openFile } from '../upload/open-file.ts'
import { progressBar } from '../upload/progress.ts'
import { uploadToServer } from '../upload/to-server.ts'
import { type UploadFile, uploadToX } from '../upload/to-x.ts'
import { fileStorage, memoryFile } from '../upload/upload-memory.ts'

/** Media of a post. https://docs.x.com/x-api/posts/create-post */
const MAX_POST_MEDIA = 4

const OPTIONS = {
  alt: {
    type: 'string',
    multiple: true,
    value: 'TEXT',
    help: 'Alternative text: the first one for the first file, and so on.',
  },
  category: {
    type: 'string',
    value: 'NAME',
    help: `What the media is for: ${MEDIA_CATEGORIES.join(', ')}. Default: a post.`,
  },
  to: {
    type: 'string',
    value: 'URL',
    help: 'Upload through the server that is mounted there. Default: straight to X.',
  },
  header: {
    type: 'string',
    multiple: true,
    value: "'NAME: VALUE'",
    help: 'With --to: a header of every request, to sign in.',
  },
  post: { type: 'string', value: 'TEXT', help: 'Post the media with this text, at most four. Not with --to.' },
  env: {
    type: 'string',
    value: 'FILE',
    help: 'A file with variables that the environment lacks. Default: .env, if there is one.',
  },
} satisfies OptionSpecs

export const upload: Command = {
  name: 'upload',
  summary: 'Upload files to X, and print the ids of the media',
  usage: 'FILE… [--alt TEXT]… [--to URL | --post TEXT]',
  details: [
    'Straight to X, it needs X_BEARER_TOKEN. Through a server, large files go in chunks: the same command again continues an upload that was interrupted. It waits until X can use the media.',
    'On stdout is one media id a line, in the order of the files, and with --post the URL of the post after them.',
  ],
  options: OPTIONS,
  examples: [
    "upload cat.png --alt 'A cat' --post 'Meow'",
    "upload video.mp4 --to https://app.example/media --header 'Cookie: session=…'",
  ],
  run: runUpload,
}

async function runUpload(args: string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
  checkArguments(values, positionals.length)
  const category = readCategory(values.category)
  const env = await readEnvironment(terminal.env, values.env)
  const uploadFile = openWay(values, env, terminal)
  const ids: string[] = []
  for (const [index, path] of positionals.entries()) {
    const id = await uploadOne(path, { altText: values.alt?.[index], category }, uploadFile, terminal)
    if (id === undefined) return EXIT.failed
    terminal.print(id)
    ids.push(id)
  }
  if (values.post !== undefined) terminal.print(`https://x.com/i/status/${await createPost(env, values.post, ids)}`)
  return EXIT.done
}

interface Values {
  to?: string | undefined
  header?: string[] | undefined
  alt?: string[] | undefined
  post?: string | undefined
}

function checkArguments({ to, header, alt = [], post }: Values, files: number): void {
  if (files === 0) throw new UsageError('Name at least one file.')
  if (alt.length > files) throw new UsageError(`There are ${alt.length} alternative texts for ${files} files.`)
  if (alt.some((text) => countCharacters(text) > MAX_ALT_TEXT)) {
    throw new UsageError(`An alternative text has at most ${MAX_ALT_TEXT} characters.`)
  }
  if (header !== undefined && to === undefined) throw new UsageError('--header goes with --to: X gets the token alone.')
  if (post === undefined) return
  if (to !== undefined) throw new UsageError('--post does not go with --to: the server uploads, but does not post.')
  if (files > MAX_POST_MEDIA) throw new UsageError(`A post has at most ${MAX_POST_MEDIA} media.`)
}

function readCategory(name: string | undefined): MediaCategory | undefined {
  if (name === undefined || isMediaCategory(name)) return name
  throw new UsageError(`There is no category ${name}: use one of ${MEDIA_CATEGORIES.join(', ')}.`)
}

function openWay({ to, header }: Values, env: Environment, { note }: Terminal): UploadFile {
  if (to === undefined) return uploadToX(env, note)
  return uploadToServer(
    { url: readMountUrl(to), headers: readHeaders(header), storage: fileStorage(memoryFile(env)) },
    note,
  )
}

/** Undefined when the upload has failed; a line has then said why. */
async function uploadOne(
  path: string,
  parameters: { altText: string | undefined; category: MediaCategory | undefined },
  uploadFile: UploadFile,
  terminal: Terminal,
): Promise<string | undefined> {
  try {
    const file = await openFile(path)
    const show = progressBar(file, terminal.progress)
    show(0)
    return await uploadFile({ file, ...parameters }, show)
  } catch (error) {
    const sentence = explain(error)
    if (sentence === undefined) throw error
    terminal.note(sentence.startsWith(path) ? sentence : `${path}: ${sentence}`)
    return undefined
  }
}

import { type FileHandle, open } from 'node:fs/promises'
import { isRecord } from '../src/lib/is-record.ts'
import { type FileDescription, type StoredFile, sourceChanged, sourceUnavailable } from '../src/sources/stored-file.ts'

/** Bytes of one read: few calls, and little memory. */
const READ_BYTES = 256 * 1024

/** Errors of `open` that do not pass. */
const LASTING: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']

/**
 * A file on this machine, as the source of an upload: `fromFile('cat.mp4')`. A file that is written to during its upload is
 * refused: its size and the time of its last change are compared at the start and at the end.
 */
export function fromFile(path: string): StoredFile {
  return {
    async describe() {
      const file = await openFile(path)
      try {
        return await describeFile(file)
      } finally {
        await file.close()
      }
    },
    async open(offset, { expected }) {
      const file = await openFile(path)
      try {
        await checkVersion(file, expected)
        return streamFrom(file, offset, expected)
      } catch (error) {
        await file.close()
        throw error
      }
    },
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path)
  } catch (error) {
    if (isRecord(error) && LASTING.includes(error['code'])) throw sourceUnavailable('The file cannot be opened.', error)
    throw error
  }
}

async function describeFile(file: FileHandle): Promise<FileDescription> {
  const { size, mtimeNs, ino } = await file.stat({ bigint: true })
  return { totalBytes: Number(size), version: `${ino}-${size}-${mtimeNs}` }
}

async function checkVersion(file: FileHandle, expected: FileDescription): Promise<void> {
  const { version } = await describeFile(file)
  if (expected.version !== undefined && version !== expected.version) throw sourceChanged()
}

function streamFrom(file: FileHandle, offset: number, expected: FileDescription): ReadableStream<Uint8Array> {
  let position = offset
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const buffer = new Uint8Array(READ_BYTES)
          const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
          position += bytesRead
          if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead))
          await checkVersion(file, expected)
        } catch (error) {
          await file.close()
          throw error
        }
        await file.close()
        controller.close()
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  )
}

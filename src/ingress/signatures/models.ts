import { hasAt, latin1, uint16LittleEndian } from '../../lib/bytes.ts'
import { type Finding, unsupportedFile } from './finding.ts'

/** 3D models that X takes, and the other archives that one of them could be taken for. */
export function recognizeModel(head: Uint8Array): Finding | undefined {
  // https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#binary-header
  if (hasAt(head, 0, 'glTF\x02\0\0\0')) return { mediaType: 'model/gltf-binary' }
  if (!hasAt(head, 0, 'PK\x03\x04')) return undefined
  const { name, isStored } = readFirstEntry(head)
  // https://openusd.org/release/spec_usdz.html: the first file is the scene, and no file is compressed.
  if (isStored && /\.usd[ac]?$/i.test(name)) return { mediaType: 'model/vnd.usdz+zip' }
  if (name === '[Content_Types].xml' || name.startsWith('_rels/')) return unsupportedFile('an Office document')
  if (name === 'mimetype') return unsupportedFile('an e-book or an OpenDocument file')
  return {
    refusal:
      'This is a ZIP archive. Send the file inside it; a USDZ archive begins with a .usd, .usda or .usdc file that is not compressed.',
  }
}

/** A local file header: APPNOTE 4.3.7. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
const METHOD_OFFSET = 8
const NAME_LENGTH_OFFSET = 26
const NAME_OFFSET = 30

/** The longest name that is looked at, characters: none of those that count is longer. */
const MAX_NAME = 255

function readFirstEntry(head: Uint8Array): { name: string; isStored: boolean } {
  const length = uint16LittleEndian(head, NAME_LENGTH_OFFSET)
  const name = latin1(head, NAME_OFFSET, NAME_OFFSET + Math.min(length, MAX_NAME))
  // A name cut off could end in .usd by chance.
  return { name: name.length === length ? name : '', isStored: uint16LittleEndian(head, METHOD_OFFSET) === 0 }
}

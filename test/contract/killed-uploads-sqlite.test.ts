import { killedUploads } from './killed-uploads.ts'

killedUploads('SQLite on Node', 'test/support/serve-uploads-on-node.ts')

import { killedUploads } from './killed-uploads.ts'

killedUploads('Durable Objects', 'test/support/serve-uploads-in-workerd.ts')

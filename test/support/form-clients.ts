import { CLIENT_ENDINGS } from '../../src/ingress/client-endings.ts'

/** A client that sends forms. */
export interface FormClient {
  name: string
  /** A boundary of this client; the random part differs each time. */
  boundary: string
  userAgent: string
  /** What it writes after the closing boundary. */
  end: string
}

const UUID = 'f81d4fae-7dec-4d5b-a765-00a0c91e6bf6'
const HEX_32 = '89bb8dec026e7a930884402c4806c723'
const HEX_40 = `${HEX_32}deadbeef`
const MOZILLA = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** A boundary and a user agent for each row of the table of endings. */
const EXAMPLES: Readonly<Record<string, readonly [boundary: string, userAgent: string]>> = {
  'Deno and node-fetch': ['----6700234367014398498053427145', 'Deno/2.9.5'],
  'formdata-polyfill': ['----formdata-polyfill-0.5786922755719377', 'node'],
  Needle: ['--------------------NODENEEDLEHTTPCLIENT', 'Needle/3.3.1 (Node.js v20.20.2; linux x64)'],
  'undici before 5.15': ['----formdata-undici-0.5786922755719377', 'undici'],
  'java.net.http recipe': [
    '1157920892373161954235709850086879078532699846656405640394575840079131296399',
    'Java-http-client/21',
  ],
  workerd: [HEX_32, ''],
  'Pekko HTTP': ['QmFzZTY0LWVuY29k+Wxlbmd0', 'pekko-http/1.1.0'],
  'Play WS': ['aB3-x_Zq9LmN0pQrSt', 'AHC/2.1'],
  Crystal: ['--------------------------pV1x-yZ_0aBcDeFgHiJkLmNo', 'Crystal'],
  'form-data-encoder': ['form-data-encoder-n2vw38xdagaq6lrv', 'got (https://github.com/sindresorhus/got)'],
  'axios 1.3 to 1.8': ['form-data-boundary-aB3-x_Zq9LmN0pQrStUvWxYz1', 'axios/1.8.4'],
  'node-fetch 3.0': ['89bb8dec026e7a93', 'node-fetch'],
  'httpclient of Ruby': [HEX_40, 'HTTPClient/1.0 (2.8.3, ruby 2.7.0 (2019-12-25))'],
  'multipart-post before 2.1': ['-----------RubyMultipartPost', 'Ruby'],
  'Chromium and WebKit': ['----WebKitFormBoundary7MA4YWxkTrZu0gWx', 'Mozilla/5.0 AppleWebKit/537.36 Chrome/140.0.0.0'],
  Bun: [`----WebKitFormBoundary${HEX_32}`, 'Bun/1.4.5'],
  Firefox: [`----geckoformboundary${HEX_32}`, MOZILLA],
  curl: ['------------------------aB3dEfGhIjKlMnOpQrStUv', 'curl/8.15.0'],
  undici: ['----formdata-undici-039852642372', 'node'],
  'form-data': ['--------------------------89bb8dec026e7a9308844020', 'axios/0.27.2'],
  axios: ['form-data-boundary-aB3-x_Zq9LmN0pQrStUvWxYz1', 'axios/1.13.6'],
  OkHttp: [UUID, 'okhttp/4.12.0'],
  'React Native on iOS': [
    'aB3.x_Zq9LmN0pQrStUvWxYz1aB3-x_Zq9LmN0pQrStUvWxYz1aB3-x_Zq9LmN0pQrStUv',
    'App/1 CFNetwork/3826.500.131 Darwin/24.5.0',
  ],
  Alamofire: [
    'alamofire.boundary.4a208b3a63bfdcfe',
    'App/5.2.9 (com.example.app; build:626; iOS 17.5.1) Alamofire/5.9.1',
  ],
  'http of Dart': ['dart-http-boundary-aB3.x_Zq9+mN0pQrStUvWxYz1aB3-x_Zq9LmN0pQrStUvWxYz', 'Dart/3.9 (dart:io)'],
  dio: ['--dio-boundary-1234567890', 'Dart/3.9 (dart:io)'],
  urllib3: [HEX_32, 'python-requests/2.32.5'],
  Go: [`${HEX_40}01234567890123456789`, 'Go-http-client/1.1'],
  reqwest: ['89bb8dec026e7a93-0884402c4806c723-89bb8dec026e7a93-0884402c4806c723', ''],
  Guzzle: [HEX_40, 'GuzzleHttp/7'],
  Faraday: [`-----------RubyMultipartPost-${HEX_32}`, 'Faraday v2.13.4'],
  'Apache HttpClient 5': [`httpclient_boundary_${UUID}`, 'Apache-HttpClient/5.4.4 (Java/21)'],
  '.NET': [UUID, ''],
}

/** The clients in the table of endings. */
export const FORM_CLIENTS: readonly FormClient[] = CLIENT_ENDINGS.map(({ name, bytes }) => {
  const [boundary, userAgent] = EXAMPLES[name] ?? []
  if (boundary === undefined || userAgent === undefined) throw new TypeError(`${name} has no example`)
  return { name, boundary, userAgent, end: '\r\n'.repeat(bytes / 2) }
})

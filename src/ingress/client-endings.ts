/** A program that sends forms, and how many bytes it writes after the closing boundary. */
export interface ClientEnding {
  name: string
  boundary: RegExp
  /** Undefined: the boundary is enough to recognize it. */
  userAgent?: RegExp
  bytes: number
}

const NOTHING = 0
/** `CRLF`. */
export const ONE_LINE_BREAK = 2
const TWO_LINE_BREAKS = 4

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * The endings of well-known clients, as their source code has them. Others get a `CRLF`, as most write. The first row that
 * matches counts. A boundary in the source that anybody can copy says little, so such a row also asks for the user agent.
 */
export const CLIENT_ENDINGS: readonly ClientEnding[] = [
  // Deno and node-fetch 3. https://github.com/denoland/deno/blob/main/ext/fetch/21_formdata.js
  // https://github.com/jimmywarting/FormData/blob/master/esm.min.js
  { name: 'Deno and node-fetch', boundary: /^(?=.{32}$)-{4,}\d+$/, bytes: NOTHING },
  // https://github.com/jimmywarting/FormData/blob/master/formdata-to-blob.js
  { name: 'formdata-polyfill', boundary: /^----formdata-polyfill-0\.\d+$/, bytes: NOTHING },
  // https://github.com/tomas/needle/blob/master/lib/multipart.js
  { name: 'Needle', boundary: /^-{20}NODENEEDLEHTTPCLIENT$/, bytes: NOTHING },
  // https://github.com/nodejs/undici/blob/v5.14.0/lib/fetch/body.js
  { name: 'undici before 5.15', boundary: /^----formdata-undici-0\.\d+$/, bytes: NOTHING },
  // BigInteger(256, random) as boundary. https://stackoverflow.com/a/56482187
  { name: 'java.net.http recipe', boundary: /^\d{60,78}$/, userAgent: /^Java-http-client\//, bytes: NOTHING },
  // https://github.com/cloudflare/workerd/blob/main/src/workerd/api/form-data.c++
  { name: 'workerd', boundary: /^[\da-f]{32}$/, userAgent: /^$/, bytes: NOTHING },
  // https://github.com/apache/pekko-http, BodyPartRenderer.scala, the same as in akka-http
  { name: 'Pekko HTTP', boundary: /^[\w+-]{24}$/, userAgent: /^(?:akka|pekko)-http\//, bytes: NOTHING },
  // https://github.com/playframework/playframework/blob/main/core/play/src/main/scala/play/core/formatters/Multipart.scala
  { name: 'Play WS', boundary: /^[\w-]{18}$/, userAgent: /^AHC\//, bytes: NOTHING },
  // https://github.com/crystal-lang/crystal/blob/master/src/http/formdata/builder.cr
  { name: 'Crystal', boundary: /^-{26}[\w-]{24}$/, userAgent: /^Crystal$/, bytes: NOTHING },

  // Also got 12 to 14. https://github.com/octet-stream/form-data-encoder/blob/main/src/FormDataEncoder.ts
  { name: 'form-data-encoder', boundary: /^form-data-(?:boundary|encoder)-[\da-z]{16}$/, bytes: TWO_LINE_BREAKS },
  // https://github.com/axios/axios/blob/v1.8.4/lib/helpers/formDataToStream.js
  {
    name: 'axios 1.3 to 1.8',
    boundary: /^form-data-boundary-[\w-]{25}$/,
    userAgent: /^axios\/1\.[3-8]\./,
    bytes: TWO_LINE_BREAKS,
  },
  // https://github.com/node-fetch/node-fetch/blob/v3.0.0/src/utils/form-data.js
  { name: 'node-fetch 3.0', boundary: /^[\da-f]{16}$/, userAgent: /^node-fetch$/, bytes: TWO_LINE_BREAKS },
  // https://github.com/nahi/httpclient/blob/master/lib/httpclient/http.rb
  { name: 'httpclient of Ruby', boundary: /^[\da-f]{40}$/, userAgent: /\(\d[\d.]*, ruby /, bytes: TWO_LINE_BREAKS },
  // https://github.com/socketry/multipart-post/blob/v2.0.0/lib/parts.rb
  { name: 'multipart-post before 2.1', boundary: /^-{11}RubyMultipartPost$/, bytes: TWO_LINE_BREAKS },

  // Chrome, Edge, Safari and others. https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/FormDataBuilder.cpp
  {
    name: 'Chromium and WebKit',
    boundary: /^----WebKitFormBoundary[\dA-Za-z]{16}$/,
    userAgent: /^Mozilla\//,
    bytes: ONE_LINE_BREAK,
  },
  // Seen from 1.4. https://github.com/oven-sh/bun
  { name: 'Bun', boundary: /^----WebKitFormBoundary[\da-f]{32}$/, bytes: ONE_LINE_BREAK },
  // https://github.com/mozilla-firefox/firefox/blob/main/dom/html/HTMLFormSubmission.cpp
  {
    name: 'Firefox',
    boundary: /^(?:-{27}\d+|----geckoformboundary[\da-f]+)$/,
    userAgent: /^Mozilla\//,
    bytes: ONE_LINE_BREAK,
  },
  // https://github.com/curl/curl/blob/master/lib/mime.c
  { name: 'curl', boundary: /^-{24}[\dA-Za-z]{16,22}$/, bytes: ONE_LINE_BREAK },
  // Since 6.21.3 and 7.0. Earlier releases, as in Node 18, write nothing. https://github.com/nodejs/undici/pull/3625
  { name: 'undici', boundary: /^----formdata-undici-0\d{11}$/, bytes: ONE_LINE_BREAK },
  // Also superagent, request and Postman. https://github.com/form-data/form-data/blob/master/lib/form_data.js
  { name: 'form-data', boundary: /^-{26}[\da-f]{24}$/, bytes: ONE_LINE_BREAK },
  // https://github.com/axios/axios/blob/v1.x/lib/helpers/formDataToStream.js
  {
    name: 'axios',
    boundary: /^form-data-boundary-[\w-]{25}$/,
    userAgent: /^axios\//,
    bytes: ONE_LINE_BREAK,
  },
  // React Native on Android too. https://github.com/square/okhttp/blob/master/okhttp/src/commonJvmAndroid/kotlin/okhttp3/MultipartBody.kt
  { name: 'OkHttp', boundary: UUID, userAgent: /^okhttp\//, bytes: ONE_LINE_BREAK },
  // https://github.com/facebook/react-native/blob/main/packages/react-native/Libraries/Network/RCTNetworking.mm
  { name: 'React Native on iOS', boundary: /^[\w.-]{70}$/, userAgent: /CFNetwork\//, bytes: ONE_LINE_BREAK },
  // https://github.com/Alamofire/Alamofire/blob/master/Source/Features/MultipartFormData.swift
  { name: 'Alamofire', boundary: /^alamofire\.boundary\.[\da-f]{16}$/, bytes: ONE_LINE_BREAK },
  // https://github.com/dart-lang/http/blob/master/pkgs/http/lib/src/multipart_request.dart
  { name: 'http of Dart', boundary: /^dart-http-boundary-/, bytes: ONE_LINE_BREAK },
  // https://github.com/cfug/dio/blob/main/dio/lib/src/form_data.dart
  { name: 'dio', boundary: /^--dio-boundary-\d+$/, bytes: ONE_LINE_BREAK },
  // requests, HTTPie, HTTPX and AIOHTTP. https://github.com/urllib3/urllib3/blob/main/src/urllib3/filepost.py
  { name: 'urllib3', boundary: /^[\da-f]{32}$/, userAgent: /python|aiohttp|httpie/i, bytes: ONE_LINE_BREAK },
  // https://github.com/golang/go/blob/master/src/mime/multipart/writer.go
  { name: 'Go', boundary: /^[\da-f]{60}$/, bytes: ONE_LINE_BREAK },
  // https://github.com/seanmonstar/reqwest/blob/master/src/async_impl/multipart.rs
  { name: 'reqwest', boundary: /^[\da-f]{16}(?:-[\da-f]{16}){3}$/, bytes: ONE_LINE_BREAK },
  // https://github.com/guzzle/psr7/blob/2.7/src/MultipartStream.php
  { name: 'Guzzle', boundary: /^[\da-f]{40}$/, userAgent: /^GuzzleHttp\//, bytes: ONE_LINE_BREAK },
  // https://github.com/lostisland/faraday-multipart/blob/main/lib/faraday/multipart/middleware.rb
  { name: 'Faraday', boundary: /^-{11}RubyMultipartPost-[\da-f]{32}$/, bytes: ONE_LINE_BREAK },
  // https://github.com/apache/httpcomponents-client, MultipartEntityBuilder.java
  { name: 'Apache HttpClient 5', boundary: /^httpclient_boundary_/, bytes: ONE_LINE_BREAK },
  // https://github.com/dotnet/runtime/blob/main/src/libraries/System.Net.Http/src/System/Net/Http/MultipartContent.cs
  { name: '.NET', boundary: UUID, userAgent: /^$/, bytes: ONE_LINE_BREAK },
]

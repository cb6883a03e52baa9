import { expect, it } from 'vitest'
import { readForwarded } from '../../../src/routes/forwarded.ts'

it.each([
  [{}, undefined, undefined],
  [{ 'x-forwarded-proto': 'https' }, 'https', undefined],
  [{ 'x-forwarded-proto': 'HTTPS' }, 'https', undefined],
  [{ 'x-forwarded-proto': 'wss' }, undefined, undefined],
  [{ 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'a.example, b.example' }, 'https', 'a.example'],
  [{ 'x-forwarded-proto': '', 'x-forwarded-host': '' }, undefined, undefined],
  [{ forwarded: 'proto=https;host=a.example' }, 'https', 'a.example'],
  [{ forwarded: 'For="[2001:db8::1]:4711"; Proto=HTTPS; Host="a.example:8443"' }, 'https', 'a.example:8443'],
  [{ forwarded: 'for=1.2.3.4;host=a.example, for=5.6.7.8;proto=https;host=b.example' }, undefined, 'a.example'],
  [{ forwarded: 'for="a, b";host=a.example' }, undefined, 'a.example'],
  [{ forwarded: 'by="x;host=b.example";host=a.example' }, undefined, 'a.example'],
  [{ forwarded: 'host="a.example' }, undefined, undefined],
  [{ forwarded: ';;=,"' }, undefined, undefined],
  [{ forwarded: 'proto=http;host=b.example', 'x-forwarded-host': 'a.example' }, 'http', 'a.example'],
])('reads from %j the scheme %s and the host %s', (headers, scheme, host) => {
  expect(readForwarded(new Headers(Object.entries(headers)))).toEqual({ scheme, host })
})

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BaseUrlError, defaultBaseUrl, parseBaseUrl } from '../../../src/api/baseUrl';

const accepted: [text: string, origin: string][] = [
  [defaultBaseUrl, 'https://api.celesto.ai'],
  ['https://api.celesto.ai/', 'https://api.celesto.ai'],
  ['https://api.celesto.ai/v1', 'https://api.celesto.ai'],
  ['https://api.celesto.ai/v1/', 'https://api.celesto.ai'],
  ['  https://API.Celesto.ai ', 'https://api.celesto.ai'],
  ['https://celesto.example:8443/v1', 'https://celesto.example:8443'],
  ['https://api.celesto.ai:443', 'https://api.celesto.ai'],
  ['http://localhost:8000', 'http://localhost:8000'],
  ['http://127.0.0.1:8000/v1', 'http://127.0.0.1:8000'],
  ['http://[::1]:8000', 'http://[::1]:8000'],
];

const refused: [text: string, reason: RegExp][] = [
  ['', /not a URL/],
  ['api.celesto.ai', /not a URL/],
  ['https://', /not a URL/],
  ['https://exa mple.com', /not a URL/],
  ['localhost:8000', /https:\/\//],
  ['http://api.celesto.ai', /https:\/\//],
  ['http://127.0.0.1.evil.example', /https:\/\//],
  ['http://localhost.evil.example', /https:\/\//],
  ['http://192.168.0.7', /https:\/\//],
  ['ftp://api.celesto.ai', /https:\/\//],
  ['file:///etc/passwd', /https:\/\//],
  ['javascript:alert(1)', /https:\/\//],
  ['https://me:secret@api.celesto.ai', /only a host and a port/],
  ['https://me@api.celesto.ai', /only a host and a port/],
  ['https://api.celesto.ai@evil.example', /only a host and a port/],
  ['https://api.celesto.ai/v2', /only a host and a port/],
  ['https://api.celesto.ai/v1/computers', /only a host and a port/],
  ['https://api.celesto.ai?key=1', /only a host and a port/],
  ['https://api.celesto.ai/#top', /only a host and a port/],
];

describe('parseBaseUrl', () => {
  for (const [text, origin] of accepted) {
    it(`takes ${text}`, () => assert.equal(parseBaseUrl(text), origin));
  }
  for (const [text, reason] of refused) {
    it(`refuses ${text || 'nothing'}`, () =>
      assert.throws(
        () => parseBaseUrl(text),
        (error: unknown) => error instanceof BaseUrlError && reason.test(error.message),
      ));
  }
  it('repeats no password in its message', () =>
    assert.throws(
      () => parseBaseUrl('https://me:s3cr3t@api.celesto.ai'),
      (error: unknown) => error instanceof BaseUrlError && !error.message.includes('s3cr3t'),
    ));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeError, redact, redactingLog } from '../../../src/base/log';
import { RecordingLog } from '../support/recordingLog';

const pem = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmU
-----END OPENSSH PRIVATE KEY-----`;

const secrets: [what: string, text: string, clean: string][] = [
  ['a bearer token', 'authorization: Bearer eyJhbGci.eyJzdWIi.c2ln-_~+/=', 'authorization: Bearer ***'],
  ['a token in a URL', 'wss://gw.example/s?id=7&token=s3cr3t&x=1', 'wss://gw.example/s?id=7&token=***&x=1'],
  ['an API key in a URL', 'GET /v1?api_key=s3cr3t', 'GET /v1?api_key=***'],
  ['a token in JSON', '{"token": "s3cr3t","n":1}', '{"token": "***","n":1}'],
  ['a password with a quote in it', String.raw`{"password":"s3\"cr3t","n":1}`, '{"password":"***","n":1}'],
  ['an API key', 'key celesto_sk_s3cr3t was used', 'key celesto_sk_*** was used'],
  ['an API key with a dash', 'key celesto_sk_s3-cr3t_x was used', 'key celesto_sk_*** was used'],
  ['a private key', `before ${pem} after`, 'before (private key) after'],
  ['a private key in JSON', JSON.stringify({ key: pem }), '{"key":"(private key)"}'],
  ['a private key that is cut off', pem.slice(0, 60), '(private key)'],
];

describe('redact', () => {
  for (const [what, text, clean] of secrets) it(`takes out ${what}`, () => assert.equal(redact(text), clean));

  it('leaves other text unchanged', () => {
    const line = 'GET /v1/computers 200 in 12 ms: {"token_count": 3}';
    assert.equal(redact(line), line);
  });
});

describe('redactingLog', () => {
  it('masks every given secret, at any level', () => {
    const log = new RecordingLog();
    const clean = redactingLog(log, () => ['hunter2', '']);
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) clean[level]('it is hunter2!');
    assert.deepEqual(log.lines, [
      'trace it is ***!',
      'debug it is ***!',
      'info it is ***!',
      'warn it is ***!',
      'error it is ***!',
    ]);
  });

  it('masks a given secret as a whole, though a pattern matches its beginning', () => {
    const log = new RecordingLog();
    redactingLog(log, () => ['celesto_sk_abc$def']).info('key celesto_sk_abc$def');
    assert.doesNotMatch(log.text, /def/);
  });

  it('masks a given secret as a whole, though another one is its beginning', () => {
    const log = new RecordingLog();
    redactingLog(log, () => ['hunter', 'hunter2']).info('it is hunter2');
    assert.equal(log.text, 'info it is ***');
  });

  it('masks what looks like a secret, given or not', () => {
    const log = new RecordingLog();
    redactingLog(log).info('Bearer abc');
    assert.equal(log.text, 'info Bearer ***');
  });

  it('reads the secrets for each message, since users sign in and out', () => {
    const log = new RecordingLog();
    let secret = 'first';
    const clean = redactingLog(log, () => [secret]);
    clean.info('first');
    secret = 'second';
    clean.info('second');
    assert.deepEqual(log.lines, ['info ***', 'info ***']);
  });
});

describe('describeError', () => {
  it('names an error and its causes', () => {
    const error = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    assert.equal(describeError(error), 'TypeError: fetch failed ← Error: connect ECONNREFUSED');
  });

  it('names the errors of several attempts', () => {
    const error = new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]);
    assert.match(describeError(error), /::1 refused.*127\.0\.0\.1 refused/);
  });

  it('describes any thrown value', () => assert.equal(describeError('just text'), 'just text'));
});

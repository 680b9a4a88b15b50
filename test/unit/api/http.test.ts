import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import type { ApiErrorKind } from '../../../src/api/apiErrorKinds';
import { ApiError, isApiError } from '../../../src/api/apiErrors';
import { type Call, Http } from '../../../src/api/http';
import { RecordingLog } from '../support/recordingLog';
import {
  answer,
  answerText,
  breakOff,
  hangUp,
  ScriptedService,
  silence,
  stall,
  type Turn,
} from '../support/scriptedService';

const apiKey = 'celesto_sk_s3cr3t-key';
const schema = v.object({ ok: v.boolean() });
const fine = answer({ ok: true });

let service: ScriptedService;
let log: RecordingLog;
let delays: number[];
let http: Http;

before(async () => {
  service = await ScriptedService.start();
});
after(() => service.stop());
beforeEach(() => {
  log = new RecordingLog();
  delays = [];
  http = new Http(log, (attempt) => {
    delays.push(attempt);
    return 5;
  });
});
/** Whatever happened: the key is in no log line and no URL. */
afterEach(() => {
  assert.doesNotMatch(log.text, /s3cr3t/);
  for (const call of service.calls) assert.doesNotMatch(call.url, /s3cr3t/);
});

function call(facts: Partial<Call> = {}, baseUrl = service.baseUrl): Promise<{ ok: boolean }> {
  return http.json(schema, { baseUrl, apiKey }, { method: 'GET', path: '/v1/thing', ...facts });
}

/** The error of a call, and a look at its words: they never hold the key. */
async function failure(facts: Partial<Call> = {}, baseUrl?: string): Promise<ApiError> {
  const error: unknown = await call(facts, baseUrl).then(
    () => assert.fail('the call should have failed'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw error;
  assert.doesNotMatch(`${error.message} ${error.detail} ${error.stack}`, /s3cr3t/);
  return error;
}

const post = { method: 'POST', body: {} } as const;

describe('a successful call', () => {
  it('returns the validated answer', async () => {
    service.play(answer({ ok: true, more: 'ignored' }));
    assert.deepEqual(await call(), { ok: true });
  });

  it('returns an answer that begins with a byte order mark', async () => {
    for (const request of [{ method: 'GET' }, post] as const) {
      service.play(answerText('\uFEFF{"ok":true}', 200, { 'content-type': 'application/json' }));
      assert.deepEqual(await call(request), { ok: true });
    }
  });

  it('sends its body, query and headers', async () => {
    service.play(fine);
    await call({ ...post, body: { a: 'ü' }, query: { limit: 7 }, headers: { 'x-own': '1' } });
    const { url, body, headers } = service.lastCall;
    assert.deepEqual([url, body, headers['x-own']], ['/v1/thing?limit=7', { a: 'ü' }, '1']);
    assert.equal(headers['content-type'], 'application/json');
  });

  it('is logged', async () => {
    service.play(fine);
    await call();
    assert.match(log.text, /^debug GET \/v1\/thing 200 in \d+ ms$/);
  });
});

const kinds: [status: number, body: unknown, kind: ApiErrorKind, words: RegExp][] = [
  [400, { detail: 'Port 80 cannot be published' }, 'validation', /Port 80 cannot be published/],
  [401, { detail: 'Token expired' }, 'auth', /Sign in again.*Token expired/],
  [402, { detail: 'Budget exceeded' }, 'planLimit', /plan.*Budget exceeded/],
  [403, { detail: 'No write access' }, 'forbidden', /does not have permission.*No write access/],
  [403, { message: 'Your plan allows 2 computers' }, 'planLimit', /Your plan allows 2 computers/],
  [403, { error: 'Out of credits' }, 'planLimit', /Out of credits/],
  [403, { error: 'Quota reached' }, 'planLimit', /Quota reached/],
  [404, { detail: 'Not found' }, 'notFound', /could not find it/],
  [405, {}, 'notFound', /could not find it/],
  [410, {}, 'notFound', /could not find it/],
  [408, {}, 'timeout', /did not respond in time/],
  [409, { detail: 'Computer is stopping' }, 'conflict', /^Computer is stopping$/],
  [409, {}, 'conflict', /not possible in the current state/],
  [422, { detail: 'Validation error', errors: [] }, 'validation', /Validation error/],
  [429, {}, 'rateLimit', /in a moment/],
  [429, { detail: 'Concurrency limit of your plan' }, 'planLimit', /Concurrency limit/],
  [500, { detail: 'Database is away' }, 'server', /\(500\).*Database is away/],
  [503, {}, 'server', /\(503\)/],
  [302, {}, 'malformed', /cannot read/],
];

/** The codes of the service's refusals, as its client 0.1.10 knows them. */
const refusals: [code: string, status: number, facts: object, kind: ApiErrorKind, words: RegExp][] = [
  ['trial_expired', 402, {}, 'planLimit', /trial has ended.*payment method/],
  ['trial_credit_depleted', 402, {}, 'planLimit', /credit of your trial is used up/],
  ['prepaid_credit_depleted', 402, {}, 'planLimit', /prepaid credit is used up/],
  ['trial_not_started', 402, {}, 'planLimit', /trial has not started/],
  ['usage_subscription_required', 402, {}, 'planLimit', /no plan for that/],
  ['prepaid_credit_required', 402, {}, 'planLimit', /needs prepaid credit/],
  ['payment_failed', 402, {}, 'planLimit', /last payment failed/],
  ['payment_pending', 402, {}, 'planLimit', /payment is still being processed/],
  ['api_key_scope_required', 403, { required_scope: 'computers:exec' }, 'forbidden', /scope computers:exec/],
  ['organization_access_denied', 403, {}, 'forbidden', /no access to this organization/],
  ['api_key_endpoint_not_allowed', 403, {}, 'forbidden', /not allow that with an API key/],
  ['trial_micro_only', 403, {}, 'planLimit', /only the size Micro/],
  ['promotional_size_not_allowed', 403, {}, 'planLimit', /does not cover this size/],
  ['trial_retained_sandbox_limit_reached', 429, {}, 'planLimit', /Delete one to create another/],
  ['concurrency_limit_reached', 429, { running_limit: 10 }, 'planLimit', /All 10 computers.*Stop or delete/],
];

/** Refusals that the service only words. */
const wordings: [detail: string, code: string][] = [
  ['Account suspended', 'account_suspended'],
  ['Scoped credentials are restricted to MCP', 'mcp_key'],
  ['Access to organization denied', 'organization_access_denied'],
  ['You do not have access to this organization', 'organization_access_denied'],
  ['Permission computers.write is required', 'permission_required'],
];

describe('an error answer', () => {
  for (const [status, body, kind, words] of kinds) {
    it(`${status} ${JSON.stringify(body)} is ${kind}`, async () => {
      service.play(answer(body, status));
      const error = await failure(post);
      assert.equal(error.kind, kind);
      assert.equal(error.status, status);
      assert.match(error.message, words);
    });
  }

  for (const [code, status, facts, kind, words] of refusals)
    it(`${status} ${code} is a refusal of its own`, async () => {
      service.play(answer({ detail: { error_code: code, ...facts } }, status));
      const error = await failure(post);
      assert.deepEqual([error.kind, error.refusal?.code, error.isTransient], [kind, code, false]);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /in a moment|another key|_/);
    });

  for (const [detail, code] of wordings)
    it(`403 "${detail}" is ${code}`, async () => {
      service.play(answer({ detail }, 403));
      const error = await failure(post);
      assert.deepEqual([error.kind, error.refusal?.code], ['forbidden', code]);
      assert.match(error.message, new RegExp(`It says: ${detail}$`));
    });

  it('with a code newer than this extension repeats it', async () => {
    service.play(answer({ detail: { error_code: 'moon_phase_wrong' } }, 402));
    const error = await failure(post);
    assert.deepEqual([error.kind, error.refusal], ['planLimit', undefined]);
    assert.match(error.message, /It says: moon phase wrong$/);
  });

  it('with a code and a sentence shows both', async () => {
    service.play(answer({ detail: { error_code: 'payment_failed', message: 'Card expired' } }, 402));
    assert.match((await failure(post)).message, /payment failed.*It says: Card expired$/);
  });

  it('with odd facts is read without them', async () => {
    const odd = { error_code: 'concurrency_limit_reached', running_limit: 'ten', required_scope: 7 };
    service.play(answer({ detail: odd }, 429));
    assert.match((await failure(post)).message, /runs no further computer/);
    for (const code of [null, 7, {}, 'toString', '__proto__']) {
      service.play(answer({ detail: { error_code: code } }, 429));
      assert.equal((await failure(post)).kind, 'rateLimit');
    }
  });

  it('may begin with a byte order mark', async () => {
    service.play((response) => {
      response.writeHead(400).end(`\uFEFF${JSON.stringify({ detail: 'Out of order' })}`);
    });
    assert.match((await failure(post)).message, /It says: Out of order$/);
  });

  it('names the fields that a computer call rejects', async () => {
    const errors = [
      { loc: ['body', 'vcpus'], msg: 'Input should be at most 16', type: 'less_than_equal' },
      { loc: ['body', 'network_policy', 'mode'], message: 'must be open or off' },
      'garbage',
    ];
    service.play(answer({ detail: 'Validation error', errors, status_code: 422 }, 422));
    assert.match(
      (await failure(post)).message,
      /Validation error: vcpus Input should be at most 16; network_policy\.mode must be open or off$/,
    );
  });

  it('names the fields that another call rejects', async () => {
    service.play(answer({ detail: [{ loc: ['query', 'limit'], msg: 'at most 200', type: 'x' }] }, 422));
    assert.match((await failure(post)).message, /query\.limit at most 200$/);
  });

  it('logs the request id, for questions to the service, and keeps it out of the message', async () => {
    service.play(answer({}, 500, { 'x-request-id': 'req_abc123' }));
    const error = await failure(post);
    assert.equal(error.requestId, 'req_abc123');
    assert.doesNotMatch(error.message, /req_/);
    assert.match(log.text, /^warn POST \/v1\/thing in \d+ ms \(request req_abc123\): /m);
  });

  it('shows server text as plain text, truncated', async () => {
    service.play(answer({ detail: `\x1b[31mno\u202e ${'x'.repeat(5_000)}` }, 409));
    const { message } = await failure(post);
    assert.match(message, /^\[31mno x+…$/);
    assert.ok(message.length <= 400);
  });

  for (const [what, body] of [
    ['an HTML page', '<html><body>Bad gateway</body></html>'],
    ['invalid JSON', '{"detail": '],
    ['a bare string', '"nope"'],
    ['null', 'null'],
    ['nothing', ''],
    ['words that are none', '{"detail": {"a": 1}, "message": 7, "errors": "x"}'],
  ]) {
    it(`with ${what} as its body is known by its status`, async () => {
      service.play(answerText(body!, 502));
      const error = await failure(post);
      assert.equal(error.kind, 'server');
      assert.match(error.message, /\(502\)/);
      assert.equal(error.detail, undefined);
    });
  }

  it('masks a key that the service repeats', async () => {
    service.play((response, { headers }) =>
      answer({ detail: `Unknown key ${headers.authorization as string}` }, 403)(response, service.lastCall),
    );
    assert.match((await failure(post)).message, /Unknown key/);
  });
});

describe('an invalid answer', () => {
  for (const [what, turn, words] of [
    ['an HTML page', answerText('<html>Welcome to the hotel</html>'), /cannot read.*Welcome to the hotel/],
    ['invalid JSON', answerText('{"ok": tru'), /cannot read/],
    ['JSON of another shape', answer({ ok: 'yes' }), /cannot read.*ok:/],
    ['a missing field', answer({}), /cannot read.*ok:/],
    ['nothing', answerText(''), /cannot read/],
    ['no content', answerText('', 204), /cannot read/],
  ] as [string, Turn, RegExp][]) {
    it(`is malformed: ${what}`, async () => {
      service.play(turn);
      const error = await failure();
      assert.equal(error.kind, 'malformed');
      assert.match(error.message, words);
      assert.equal(service.calls.length, 1);
    });
  }

  it('has the request id, truncated', async () => {
    service.play(answer({}, 200, { 'x-request-id': `req_${'9'.repeat(500)}` }));
    assert.match((await failure()).requestId ?? '', /^req_9+…$/);
    assert.ok((await failure()).message.length < 300);
  });

  it('masks a key that the service repeats', async () => {
    service.play(answerText(`hello ${apiKey}`));
    assert.match((await failure()).message, /hello/);
    service.play(answer({ ok: apiKey }));
    assert.match((await failure()).message, /ok:/);
  });
});

describe('a network that fails', { timeout: 20_000 }, () => {
  it('nobody listens', async () => {
    const gone = await ScriptedService.start(fine);
    const { baseUrl } = gone;
    await gone.stop();
    const error = await failure({}, baseUrl);
    assert.equal(error.kind, 'network');
    assert.match(error.message, /Unable to reach Celesto/);
    assert.match(log.text, /ECONNREFUSED/, 'the log says why');
  });

  it('the connection drops before the answer', async () => {
    service.play(hangUp);
    assert.equal((await failure(post)).kind, 'network');
  });

  it('the connection drops in the middle of the answer', async () => {
    service.play(breakOff('{"ok": '));
    assert.equal((await failure(post)).kind, 'network');
  });

  it('the service never answers', async () => {
    service.play(silence);
    const begin = performance.now();
    const error = await failure({ timeoutMs: 60 });
    assert.equal(error.kind, 'timeout');
    assert.match(error.message, /did not respond in time/);
    assert.ok(performance.now() - begin < 2_000);
  });

  it('the answer stalls', async () => {
    service.play(stall('{"ok": '));
    assert.equal((await failure({ timeoutMs: 60 })).kind, 'timeout');
  });

  for (const [method, status, kind] of [
    ['POST', 500, 'server'],
    ['GET', 404, 'notFound'],
  ] as const)
    it(`the words of an error stall: its status ${status} is told all the same`, async () => {
      service.play(stall('{"detail": "no', status));
      assert.equal((await failure({ method, timeoutMs: 60 })).kind, kind);
    });

  it('the time limit is for all attempts together', async () => {
    http = new Http(log, () => 40);
    service.play(answer({}, 503));
    assert.equal((await failure({ timeoutMs: 60 })).kind, 'timeout');
    assert.ok(service.calls.length <= 2);
  });
});

describe('retries', () => {
  for (const [what, trouble] of [
    ['a server error', answer({}, 500)],
    ['a bad gateway', answerText('<html>', 502)],
    ['a service that is away', answer({}, 503)],
    ['too many requests', answer({}, 429)],
    ['a dropped connection', hangUp],
    ['an answer that breaks off', breakOff('{"ok": ')],
  ] as [string, Turn][]) {
    it(`a GET gets over ${what}`, async () => {
      service.play(trouble, trouble, fine);
      assert.deepEqual(await call(), { ok: true });
      assert.equal(service.calls.length, 3);
      assert.deepEqual(delays, [1, 2]);
    });
  }

  it('a GET gives up after the third attempt', async () => {
    service.play(answer({}, 500));
    assert.equal((await failure()).kind, 'server');
    assert.equal(service.calls.length, 3);
  });

  it('a GET gives up on an answer that breaks off each time', async () => {
    service.play(breakOff('{"ok": '));
    assert.equal((await failure()).kind, 'network');
    assert.equal(service.calls.length, 3);
  });

  it('waits longer each time, unless the service sends Retry-After', async () => {
    http = new Http(log);
    service.play(answer({}, 500), answer({}, 500), fine);
    await call();
    const [first, second, third] = service.calls.map(({ at }) => at) as [number, number, number];
    assert.ok(second - first >= 290 && third - second >= 590, `${second - first} ms, ${third - second} ms`);
  });

  for (const status of [400, 401, 403, 404, 409, 422, 501]) {
    it(`a GET takes ${status} for an answer`, async () => {
      service.play(answer({}, status));
      await failure();
      assert.equal(service.calls.length, 1);
    });
  }

  for (const method of ['POST', 'DELETE'] as const) {
    for (const [what, trouble] of [
      ['500', answer({}, 500)],
      ['503 with Retry-After', answer({}, 503, { 'retry-after': '0' })],
      ['429', answer({}, 429)],
      ['a dropped connection', hangUp],
      ['a broken answer', breakOff('{')],
      ['an unreadable answer', answer({})],
    ] as [string, Turn][]) {
      it(`a ${method} is never sent twice: ${what}`, async () => {
        service.play(trouble);
        await failure({ method });
        assert.equal(service.calls.length, 1);
      });
    }
  }

  it('a POST is not sent twice on a connection that the service has closed meanwhile', async () => {
    service.play(fine, hangUp);
    await call(post);
    assert.equal((await failure(post)).kind, 'network');
    assert.equal(service.calls.length, 2);
  });
});

describe('Retry-After', { timeout: 30_000 }, () => {
  it('is waited for when it is short', async () => {
    service.play(answer({}, 429, { 'retry-after': '1' }), fine);
    assert.deepEqual(await call(), { ok: true });
    const [first, second] = service.calls.map(({ at }) => at) as [number, number];
    assert.ok(second - first >= 990);
    assert.deepEqual(delays, []);
  });

  it('fails the call when it is long', async () => {
    service.play(answer({}, 429, { 'retry-after': '17' }));
    const error = await failure();
    assert.equal(error.kind, 'rateLimit');
    assert.equal(error.retryAfter, 17_000);
    assert.match(error.message, /in 17 s/);
    assert.equal(service.calls.length, 1);
  });

  it('may be a date', async () => {
    service.play(answer({}, 503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }));
    const { retryAfter = 0 } = await failure();
    assert.ok(retryAfter > 55_000 && retryAfter <= 60_000, `${retryAfter} ms`);
  });

  it('is ignored when its date has passed', async () => {
    service.play(answer({}, 429, { 'retry-after': 'Sun, 01 Jan 2023 00:00:00 GMT' }), fine);
    assert.deepEqual(await call(), { ok: true });
  });

  it('of zero seconds makes a proper message', async () => {
    service.play(answer({}, 429, { 'retry-after': '0' }));
    assert.match((await failure(post)).message, /in a moment/);
  });

  it('distinguishes a rate limit from a limit of the plan', async () => {
    service.play(answer({ detail: 'Too many concurrent requests' }, 429, { 'retry-after': '9' }));
    assert.equal((await failure(post)).kind, 'rateLimit');
  });

  it('is limited to a day', async () => {
    service.play(answer({}, 429, { 'retry-after': '99999999999999' }));
    assert.equal((await failure(post)).retryAfter, 86_400_000);
  });

  for (const header of ['soon', '1.5', '-5']) {
    it(`is passed over when it makes no sense: ${header}`, async () => {
      service.play(answer({}, 429, { 'retry-after': header }), fine);
      assert.deepEqual(await call({ timeoutMs: 3_000 }), { ok: true });
      service.play(answer({}, 429, { 'retry-after': header }));
      assert.equal((await failure(post)).retryAfter, undefined);
    });
  }

  it('is read from its own header alone', async () => {
    service.play(answer({}, 429, { 'x-ratelimit-reset': '3600' }), fine);
    assert.deepEqual(await call({ timeoutMs: 3_000 }), { ok: true });
  });
});

describe('a redirect', () => {
  it('is never followed, and the key goes nowhere else', async () => {
    const elsewhere = await ScriptedService.start(fine);
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        service.play(answerText('', status, { location: `${elsewhere.baseUrl}/v1/thing` }));
        assert.equal((await failure()).kind, 'malformed');
        assert.equal((await failure(post)).kind, 'malformed');
      }
      assert.equal(elsewhere.calls.length, 0);
    } finally {
      await elsewhere.stop();
    }
  });
});

describe('cancelling', { timeout: 20_000 }, () => {
  const reason = new Error('enough');

  it('before the call asks nothing', async () => {
    service.play(fine);
    await assert.rejects(call({ signal: AbortSignal.abort(reason) }), reason);
    assert.equal(service.calls.length, 0);
  });

  for (const [when, turn] of [
    ['while the service thinks', silence],
    ['while the answer stalls', stall('{"ok": ')],
    ['while the words of an error stall', stall('{"detail": "', 409)],
    ['while another attempt is due', answer({}, 503, { 'retry-after': '5' })],
  ] as [string, Turn][]) {
    it(`${when} rejects at once with the reason, however far the call has come`, async () => {
      for (const moment of [0, 5, 40]) {
        const controller = new AbortController();
        service.play(turn);
        const running = call({ signal: controller.signal });
        running.catch(() => undefined);
        await delay(moment);
        const begin = performance.now();
        controller.abort(reason);
        await assert.rejects(running, reason);
        assert.ok(performance.now() - begin < 500);
      }
      assert.doesNotMatch(log.text, /^(warn|error)/m, 'nothing went wrong');
    });
  }
});

describe('isApiError', () => {
  it('distinguishes kinds', () => {
    const error = new ApiError('conflict');
    assert.equal(isApiError(error), true);
    assert.equal(isApiError(error, 'auth', 'conflict'), true);
    assert.equal(isApiError(error, 'auth'), false);
    assert.equal(isApiError(new Error('conflict'), 'conflict'), false);
  });
});

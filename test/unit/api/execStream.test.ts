import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { ApiErrorKind } from '../../../src/api/apiErrorKinds';
import { isApiError } from '../../../src/api/apiErrors';
import { CelestoClient } from '../../../src/api/client';
import { Http } from '../../../src/api/http';
import type { ExecEvent } from '../../../src/api/wire';
import { RecordingLog } from '../support/recordingLog';
import { answer, answerText, hangUp, ScriptedService, silence, type Turn } from '../support/scriptedService';

const apiKey = 'celesto_sk_s3cr3t-key';
let service: ScriptedService;
let log: RecordingLog;
let client: CelestoClient;
let refused: unknown[];

before(async () => {
  service = await ScriptedService.start();
});
after(() => service.stop());
beforeEach(() => {
  log = new RecordingLog();
  refused = [];
  const credentials = { baseUrl: service.baseUrl, apiKey };
  client = new CelestoClient(
    new Http(log),
    () => Promise.resolve(credentials),
    (error) => refused.push(error),
  );
});
/** Commands and their output are private, so they must not be logged. */
afterEach(() => assert.doesNotMatch(log.text, /s3cr3t|make|hello/));

const started = { type: 'started', command_id: 'cmd_1', started_at_unix_ms: 1, timeout_seconds: 20 };
const hello = { type: 'stdout', data: 'hello\n' };
const exit = { type: 'exit', exit_code: 3, command_id: 'cmd_1', duration_ms: 12, timed_out: false };
const read = [
  { type: 'started', command_id: 'cmd_1' },
  hello,
  { type: 'exit', exit_code: 3, duration_ms: 12, timed_out: false },
];

function lines(...events: unknown[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
}

/** Begins a stream, which is left open. */
function begin(text: string, then: (response: ServerResponse) => void = () => undefined): Turn {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(text, () => then(response));
  };
}

/** A whole stream. */
const stream = (text: string): Turn => begin(text, (response) => response.end());

async function run(signal?: AbortSignal, timeout = 20): Promise<ExecEvent[]> {
  const events: ExecEvent[] = [];
  for await (const event of client.execStream('cmp_1', 'make', timeout, signal)) events.push(event);
  return events;
}

/** Runs to the end that is no good. @returns what was told before. */
async function failing(
  kind: ApiErrorKind,
  words = /./,
  hear: (event: ExecEvent) => void = () => undefined,
): Promise<ExecEvent[]> {
  const events: ExecEvent[] = [];
  const whole = async (): Promise<void> => {
    for await (const event of client.execStream('cmp_1', 'make', 20)) {
      events.push(event);
      hear(event);
    }
  };
  await assert.rejects(whole, (error) => isApiError(error, kind) && words.test(error.message));
  return events;
}

describe('exec/stream', { timeout: 30_000 }, () => {
  it('requests events, and yields them up to the exit', async () => {
    service.play(stream(lines(started, hello, exit)));
    assert.deepEqual(await run(), read);
    const { method, url, body, headers } = service.lastCall;
    assert.deepEqual(
      [method, url, body, headers.accept],
      ['POST', '/v1/computers/cmp_1/exec/stream', { command: 'make', timeout: 20 }, 'text/event-stream'],
    );
  });

  it('yields each event when it arrives', async () => {
    let response: ServerResponse | undefined;
    service.play(begin(lines(started, hello), (opened) => (response = opened)));
    const events = client.execStream('cmp_1', 'make', 20);
    assert.equal((await events.next()).value?.type, 'started');
    assert.deepEqual((await events.next()).value, hello);
    response!.write(lines(exit));
    assert.equal((await events.next()).value?.type, 'exit');
    assert.equal((await events.next()).done, true);
  });

  it('parses events however they are chunked, spelled and mixed with others', async () => {
    const euro = { type: 'stderr', data: 'ä€𝄞\r\n' };
    const text =
      `: a comment\r\nevent: message\r\nid: 7\r\ndata: ${JSON.stringify(started)}\r\n\r\n` +
      lines({ type: 'heartbeat', data: 5 }) +
      `data: {"type": "stdout",\ndata: "data": "hello\\n"}\n\n` +
      lines(euro) +
      'data: [DONE]\n\n' +
      lines(exit);
    const bytes = Buffer.from(text);
    const sendFrom = (response: ServerResponse, at: number): void => {
      if (at >= bytes.length) response.end();
      else response.write(bytes.subarray(at, at + 1), () => setImmediate(sendFrom, response, at + 1));
    };
    service.play(begin('', (response) => sendFrom(response, 0)));
    const [first, second, third] = read;
    assert.deepEqual(await run(), [first, second, euro, third]);
  });

  it('parses events with a byte order mark', async () => {
    const marked = [started, hello, exit].map((event) => `data: \uFEFF${JSON.stringify(event)}\n\n`);
    service.play(stream(`\uFEFF${marked.join('')}`));
    assert.deepEqual(await run(), read);
  });

  it('does not wait for the service to close after the exit', async () => {
    service.play(begin(lines(started, exit)));
    assert.equal((await run()).length, 2);
  });

  it('accepts minimal events', async () => {
    service.play(stream(lines({ type: 'started' }, { type: 'exit', exit_code: 0 })));
    assert.deepEqual(await run(), [{ type: 'started' }, { type: 'exit', exit_code: 0, timed_out: false }]);
  });

  for (const [what, more, end] of [
    ['cut', '', 'cut'],
    ['cut within an event', 'data: {"ty', 'cut'],
    ['over without an exit', '', 'over'],
    ['said to be done without an exit', 'data: [DONE]\n\n', 'over'],
  ] as const) {
    it(`${what} is interrupted: the command may still be running`, async () => {
      let response: ServerResponse | undefined;
      service.play(begin(lines(started, hello) + more, (opened) => (response = opened)));
      const reported = await failing('interrupted', /may still be running/, ({ type }) => {
        // Data under way may be lost when the connection breaks, so it breaks after the last event.
        if (type !== 'stdout') return;
        if (end === 'cut') response?.destroy();
        else response?.end();
      });
      assert.deepEqual(reported, read.slice(0, 2));
      assert.equal(service.calls.length, 1, 'it is not sent again');
    });
  }

  for (const [what, text, field] of [
    ['no JSON', 'data: hello\n\n', /cannot read/],
    ['no object', 'data: 5\n\n', /cannot read/],
    ['without a type', 'data: {}\n\n', /type/],
    ['output that is no text', lines({ type: 'stdout', data: 7 }), /data/],
    ['an exit without a code', lines({ type: 'exit' }), /exit_code/],
  ] as const) {
    it(`an event that is ${what} ends it, and its text is told to nobody`, async () => {
      service.play(begin(lines(started) + text));
      assert.equal((await failing('malformed', field)).length, 1);
    });
  }

  it('does not keep an event in memory that never ends', async () => {
    const line = 'hello'.repeat(200_000);
    let sent = 0;
    const sendMore = (response: ServerResponse): void => {
      sent += line.length;
      response.write(line, (error) => error ?? sendMore(response));
    };
    service.play(begin('data: ', sendMore));
    assert.deepEqual(await failing('interrupted'), []);
    assert.ok(sent < 100_000_000, `${sent} bytes`);
  });

  for (const [status, kind] of [
    [404, 'notFound'],
    [405, 'notFound'],
    [409, 'conflict'],
    [401, 'auth'],
    [500, 'server'],
  ] as const) {
    it(`answered with ${status} is ${kind} before anything ran`, async () => {
      service.play(answer({ detail: 'No.' }, status));
      assert.deepEqual(await failing(kind), []);
      assert.equal(service.calls.length, 1);
      assert.equal(refused.length, kind === 'auth' ? 1 : 0, 'only a refused key leads to the sign-in');
    });
  }

  it('that is no stream of events cannot be read', async () => {
    service.play(answerText('<html>', 200, { 'content-type': 'text/html' }));
    await failing('malformed', /text\/html/);
  });

  it('without an answer is a matter of the network', async () => {
    service.play(hangUp);
    await failing('network');
  });

  it('that goes on beyond the time of the command and ten seconds is over', async () => {
    service.play(begin(lines(started)));
    await assert.rejects(run(undefined, -9.5), (error) => isApiError(error, 'timeout'));
  });
});

describe('ending exec/stream', { timeout: 30_000 }, () => {
  const reason = new Error('enough');

  for (const [when, turn] of [
    ['before the answer', silence],
    ['while it runs', begin(lines(started))],
  ] as const) {
    it(`by the signal ${when} rejects with its reason and closes the connection`, async () => {
      const controller = new AbortController();
      const closed = new Promise((resolve) =>
        service.play((response, call) => {
          response.once('close', resolve);
          turn(response, call);
          setImmediate(() => controller.abort(reason));
        }),
      );
      await assert.rejects(run(controller.signal), reason);
      await closed;
      assert.doesNotMatch(log.text, /^(warn|error)/m, 'nothing went wrong');
    });
  }

  it('by leaving the loop closes the connection', async () => {
    let response: ServerResponse | undefined;
    service.play(begin(lines(started, hello), (opened) => (response = opened)));
    for await (const event of client.execStream('cmp_1', 'make', 20)) if (event.type === 'stdout') break;
    if (!response!.destroyed) await once(response!, 'close');
  });
});

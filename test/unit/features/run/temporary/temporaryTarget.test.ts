import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ApiError } from '../../../../../src/api/apiErrors';
import type { CreateRequest } from '../../../../../src/api/wire';
import { computerFrom } from '../../../../../src/computers/computer';
import { TemporaryTarget } from '../../../../../src/features/run/temporary/temporaryTarget';
import { wire } from '../../../support/computers';

const microOnly = new ApiError('planLimit', { status: 403, refusal: { code: 'trial_micro_only' } });
const computer = computerFrom(wire('cmp_1', 'creating'));

describe('a temporary computer', () => {
  /** Answers to the creates, in their order. */
  let answers: (ApiError | typeof computer)[];
  let created: (string | undefined)[];
  let asked: CreateRequest[];
  let reports: string[];

  beforeEach(() => {
    answers = [];
    created = [];
    asked = [];
    reports = [];
  });

  async function start(): Promise<unknown> {
    const target = new TemporaryTarget({
      computers: {
        create: ({ size_id }) => {
          created.push(size_id);
          const answer = answers.shift();
          const result = answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer!);
          return { key: String(created.length), computer: result };
        },
        discard: () => Promise.resolve(),
      },
      createRequest: () => Promise.resolve({ template_id: 'scratch', size_id: 'large' }),
      replaceSize: (request) => {
        asked.push(request);
        return Promise.resolve({ ...request, size_id: 'micro' });
      },
      targetFor: () => ({ start: () => Promise.resolve('started') }) as never,
    });
    const progress = { phase: () => undefined, report: (text: string) => reports.push(text) };
    const options = { signal: new AbortController().signal, progress, startFromError: false };
    return target.start({ command: { line: 'true' } } as never, options);
  }

  it('is created with another size that the user chooses after a refusal', async () => {
    answers = [microOnly, computer];
    assert.equal(await start(), 'started');
    assert.deepEqual(created, ['large', 'micro']);
    assert.deepEqual(asked, [{ template_id: 'scratch', size_id: 'large' }]);
    assert.equal(reports.at(-1), 'The trial allows only the size Micro. Select another size.');
  });

  it('is given up at the second refusal', async () => {
    answers = [microOnly, microOnly, computer];
    await assert.rejects(start(), microOnly);
    assert.deepEqual(created, ['large', 'micro']);
  });

  for (const error of [
    new ApiError('network'),
    new ApiError('planLimit', { status: 402, refusal: { code: 'trial_expired' } }),
  ])
    it(`asks for no size after the error ${error.refusal?.code ?? error.kind}`, async () => {
      answers = [error, computer];
      await assert.rejects(start(), error);
      assert.deepEqual(asked, []);
    });
});

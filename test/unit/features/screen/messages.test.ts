import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { pageMessage } from '../../../../src/features/screen/messages';

describe('messages of the page of a screen', () => {
  for (const message of [
    { type: 'ready' },
    { type: 'press', button: 'takeControl' },
    { type: 'send', connection: 1, bytes: new Uint8Array(10) },
    { type: 'failed', connection: 1, reason: 'tooLarge' },
  ])
    it(`are read: ${message.type}`, () => assert.deepEqual(v.parse(pageMessage, message), message));

  const refused: Record<string, unknown> = {
    'no object': 'ready',
    'no type': {},
    'an unknown type': { type: 'executeCommand', command: 'celesto.delete' },
    'an unknown button': { type: 'press', button: 'delete' },
    'a connection that is no number': { type: 'connected', connection: '1' },
    'a negative count': { type: 'received', connection: 1, count: -1 },
    'text in place of bytes': { type: 'send', connection: 1, bytes: 'keys' },
    'more bytes than noVNC sends at once': { type: 'send', connection: 1, bytes: new Uint8Array(70_000) },
    'a text that is none': { type: 'copy', text: { length: 1 } },
  };
  for (const [what, message] of Object.entries(refused))
    it(`are refused with ${what}`, () => assert.equal(v.safeParse(pageMessage, message).success, false));
});

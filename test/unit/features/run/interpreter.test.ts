import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpreterFor } from '../../../../src/features/run/interpreter';

describe('the interpreter of a text', () => {
  for (const [title, text, languageId, expected] of [
    ['is named by the shebang', '#!/bin/bash -e\necho', 'plaintext', '/bin/bash -e'],
    ['is found through env', '#!/usr/bin/env python3\n', 'plaintext', '/usr/bin/env python3 -'],
    [
      'is found after the options of env',
      '#!/usr/bin/env -S A=1 node --x\n',
      'x',
      '/usr/bin/env -S A=1 node --x -',
    ],
    [
      'reads the standard input device where its option is unknown',
      '#!/usr/bin/awk -f\n',
      'x',
      '/usr/bin/awk -f /dev/stdin',
    ],
    [
      'cannot smuggle in another command',
      '#!/bin/sh;reboot $(x)\n',
      'x',
      "'/bin/sh;reboot' '$(x)' /dev/stdin",
    ],
    ['follows the language without a shebang', 'print(1)', 'python', 'python3 -'],
    ['is a shell for a shell script', 'echo', 'shellscript', 'bash'],
    ['is undefined for other languages', 'hello', 'markdown', undefined],
  ] as const) {
    it(title, () => assert.equal(interpreterFor(text, languageId), expected));
  }
});

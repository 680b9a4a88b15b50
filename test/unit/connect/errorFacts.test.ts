import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiErrorKind } from '../../../src/api/apiErrorKinds';
import { ApiError } from '../../../src/api/apiErrors';
import { allowsFallback, isTransient } from '../../../src/base/errors';
import { computerFrom } from '../../../src/computers/computer';
import { LifecycleError } from '../../../src/computers/errors';
import { NoSshError } from '../../../src/connect/sshChannels';
import { NoTransportError } from '../../../src/connect/transportSelector';
import { sources } from '../support/sources';
import { parseComputer } from '../support/storeHarness';

const a = computerFrom(parseComputer('a running'));

/** Recovery facts of an API error of each kind: it is transient, and it allows another transport. */
const apiFacts: Readonly<Record<ApiErrorKind, readonly [transient: boolean, fallback: boolean]>> = {
  network: [true, false],
  timeout: [true, false],
  rateLimit: [true, false],
  server: [true, true],
  forbidden: [false, true],
  notFound: [false, true],
  conflict: [false, true],
  validation: [false, true],
  malformed: [false, true],
  auth: [false, false],
  planLimit: [false, false],
  interrupted: [false, false],
};

/** The error classes that state their facts; those of SSH and of the gateway have a test of their own. */
const classesWithFacts = [
  'ApiError',
  'AuthenticationError',
  'EndpointError',
  'GatewayAddressError',
  'GatewayError',
  'HostKeyError',
  'LifecycleError',
  'PortError',
  'SshError',
  'TunnelUnavailableError',
];

describe('facts that errors state', () => {
  for (const [kind, facts] of Object.entries(apiFacts))
    it(`are ${facts.join(', ')} for an API error of kind ${kind}`, () => {
      const error = new ApiError(kind as ApiErrorKind);
      assert.deepEqual([isTransient(error), allowsFallback(error)], facts);
    });

  it('rule out a retry and another transport where an error states that, or nothing', () => {
    const errors = [
      new LifecycleError('stopped', a),
      new NoTransportError(a),
      new NoSshError(),
      new Error('any'),
      'any',
    ];
    for (const error of errors) assert.deepEqual([isTransient(error), allowsFallback(error)], [false, false]);
  });

  it('are stated by these classes alone', () => {
    const found = sources.flatMap(({ ast }) =>
      [...ast.text.matchAll(/class (\w+) extends Error implements RecoveryFacts/g)].map(([, name]) => name),
    );
    assert.deepEqual(found.sort(), classesWithFacts);
  });
});

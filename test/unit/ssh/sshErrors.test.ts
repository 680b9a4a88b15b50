import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowsFallback, isTransient } from '../../../src/base/errors';
import { GatewayAddressError } from '../../../src/gateway/gatewayAddress';
import { GatewayError, type GatewayProblem } from '../../../src/gateway/gatewayErrors';
import { EndpointError, parseEndpoint } from '../../../src/ssh/connection/endpoint';
import {
  AuthenticationError,
  HostKeyError,
  PortError,
  SshError,
  type SshProblem,
} from '../../../src/ssh/sshErrors';
import { TunnelUnavailableError } from '../../../src/ssh/tunnel/remoteSshd';

const endpoint = parseEndpoint('ohm@127.0.0.1:2222');
const sshProblems: SshProblem[] = [
  'notListening',
  'unreachable',
  'silent',
  'protocol',
  'closed',
  'channelRefused',
];
const gatewayProblems: GatewayProblem[] = ['refused', 'unreachable', 'silent', 'closed', 'oversized'];

describe('errors of SSH and of the gateway', () => {
  function assertFacts(
    errors: (Error | undefined)[],
    facts: { transient: boolean; fallback: boolean },
  ): void {
    for (const error of errors) {
      const actual = { transient: isTransient(error), fallback: allowsFallback(error) };
      assert.deepEqual(actual, facts, error?.message);
    }
  }

  it('are transient and allow a fallback where a connection fails', () => {
    const errors = [
      ...sshProblems.map((problem) => new SshError(problem, endpoint)),
      ...gatewayProblems.map((problem) => new GatewayError(problem)),
      new TunnelUnavailableError('it has no OpenSSH server'),
    ];
    assertFacts(errors, { transient: true, fallback: true });
  });

  it('allow a fallback alone where a login or an endpoint fails', () => {
    const errors = [new AuthenticationError(endpoint, [], []), new EndpointError('nonsense')];
    assertFacts(errors, { transient: false, fallback: true });
  });

  it('allow nothing where a host key, an address or a port is wrong', () => {
    const refused = Object.assign(new Error('refused'), { reason: 2 });
    const port = PortError.of(refused, 80);
    assert.ok(port);
    const errors = [new HostKeyError('changed', endpoint, '', []), new GatewayAddressError('unsafe'), port];
    assertFacts(errors, { transient: false, fallback: false });
  });

  it('tell a starting server from an unreachable one', () => {
    assert.deepEqual(
      sshProblems.filter((problem) => new SshError(problem, endpoint).mayBeStarting),
      ['notListening'],
    );
    assert.equal(new GatewayError('refused', 503).mayBeStarting, true);
    assert.equal(new GatewayError('refused', 401).mayBeStarting, false);
    assert.equal(new GatewayError('closed', 1011).mayBeStarting, false);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatewayAddress, GatewayAddressError } from '../../../src/gateway/gatewayAddress';

describe('gatewayAddress', () => {
  it('adds the token to the query and keeps the rest', () => {
    const address = gatewayAddress('wss://gateway.example/attach?region=eu', 'a b&c');
    assert.equal(address.searchParams.get('token'), 'a b&c');
    assert.equal(address.searchParams.get('region'), 'eu');
  });

  it('replaces an older token', () => {
    const address = gatewayAddress('wss://gateway.example/attach?token=old', 'new');
    assert.deepEqual(address.searchParams.getAll('token'), ['new']);
  });

  for (const url of ['ws://127.0.0.1:9/x', 'ws://localhost/x', 'ws://[::1]:9/x']) {
    it(`accepts an unencrypted loopback address: ${url}`, () => {
      assert.equal(gatewayAddress(url, 't').protocol, 'ws:');
    });
  }

  const refused: Record<string, string> = {
    'plain text over the network': 'ws://gateway.example/x',
    'another protocol': 'https://gateway.example/x',
    'a script': 'javascript:alert(1)',
    'a user name': 'wss://somebody@gateway.example/x',
    'a fragment': 'wss://gateway.example/x#y',
    'no URL': 'gateway',
    'excess length': `wss://gateway.example/${'x'.repeat(4096)}`,
    'a name that only begins like this machine': 'ws://127.0.0.1.gateway.example/x',
  };
  for (const [what, url] of Object.entries(refused)) {
    it(`refuses an address with ${what}, without repeating it`, () => {
      assert.throws(
        () => gatewayAddress(url, 'secret-token'),
        (error: Error) =>
          error instanceof GatewayAddressError &&
          !error.message.includes('gateway') &&
          !error.message.includes('secret'),
      );
    });
  }

  it('refuses a token that is empty or too long', () => {
    assert.throws(() => gatewayAddress('wss://gateway.example', ''), GatewayAddressError);
    assert.throws(
      () => gatewayAddress('wss://gateway.example', 'x'.repeat(16 * 1024 + 1)),
      GatewayAddressError,
    );
  });
});

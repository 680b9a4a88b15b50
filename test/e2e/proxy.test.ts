import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { ConnectProxy } from './connectProxy';
import { E2eHarness } from './e2eHarness';

describe('behind a proxy', () => {
  const userSettings: Record<string, string> = {};
  const env: Record<string, string> = {};
  let proxy: ConnectProxy;

  before(async () => {
    proxy = await ConnectProxy.start('gateway.celesto.test');
    userSettings['http.proxy'] = proxy.url;
    env.NODE_EXTRA_CA_CERTS = proxy.certificate;
  });
  after(() => proxy.stop());

  const e2e = new E2eHarness('proxy', { seed: [{ name: 'curie', listens: false }], userSettings, env });

  e2e.it('terminals reach the gateway through the proxy of the VS Code settings', async () => {
    proxy.target = new URL(e2e.emulator.url);
    const gatewayUrl = `wss://${proxy.hostName}/gateway/terminal?terminal_id={terminal_id}`;
    await e2e.control.setFeatures({ gatewayUrl });
    await e2e.row('curie').click();
    await e2e.terminals.waitForText('ohm@curie:~$ ');
    await e2e.terminals.enter('hostname');
    await e2e.terminals.waitForText(/^curie$/m);
    assert.ok(proxy.requested.includes('gateway.celesto.test:443'), proxy.requested.join());
  });
});

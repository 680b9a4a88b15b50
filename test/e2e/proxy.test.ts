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

  const stage = new E2eHarness('proxy', { seed: [{ name: 'curie', listens: false }], userSettings, env });

  stage.it('the terminal gateway is reached by it, as the settings of VS Code want', async () => {
    proxy.target = new URL(stage.emulator.url);
    const gatewayUrl = `wss://${proxy.hostName}/gateway/terminal?terminal_id={terminal_id}`;
    await stage.control.setFeatures({ gatewayUrl });
    await stage.row('curie').click();
    await stage.terminals.waitForText('ohm@curie:~$ ');
    await stage.terminals.enter('hostname');
    await stage.terminals.waitForText(/^curie$/m);
    assert.ok(proxy.asked.includes('gateway.celesto.test:443'), proxy.asked.join());
  });
});

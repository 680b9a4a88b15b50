import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { layers, toolsOf } from '../../tools/layers';

describe('the tools of a layer', () => {
  const needsBrowser = (name: string, desktop: boolean): boolean =>
    toolsOf(
      layers.find((layer) => layer.name === name)!,
      desktop,
    ).includes('browser');

  it('include a browser where VS Code is drawn in one', () => {
    assert.ok(needsBrowser('integration', false));
    assert.ok(needsBrowser('e2e', false));
    assert.ok(!needsBrowser('ssh', false));
  });

  it('leave it out where integration runs in desktop VS Code', () => {
    assert.ok(!needsBrowser('integration', true));
    assert.ok(needsBrowser('e2e', true));
  });
});

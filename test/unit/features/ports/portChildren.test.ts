import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { computerFrom } from '../../../../src/computers/computer';
import { ForwardedPortChildren, PublishedPortChildren } from '../../../../src/features/ports/portChildren';
import type { PortForward } from '../../../../src/features/ports/portForward';
import type { PortForwards } from '../../../../src/features/ports/portForwards';
import { wire } from '../../support/computers';

describe('the ports below a computer in the tree', () => {
  const published = (status: string, url: string | null) => {
    const port = { port: 3000, status, url, created_at: null };
    const computer = computerFrom(wire('cmp_1', 'running', { name: 'curie', published_ports: [port] }));
    return new PublishedPortChildren().childrenOf(computer)[0]!;
  };
  const url = 'https://p.example';

  for (const [status, url, description, contextValues] of [
    ['publishing', null, 'publishing…', ['publishedPort']],
    ['published', null, 'publishing…', ['publishedPort']],
    [
      'published',
      'https://p.example',
      'https://p.example',
      ['publishedPort', 'publicAddress', 'reachablePort'],
    ],
    ['suspended', null, 'suspended until curie runs again', ['publishedPort']],
    [
      'suspended',
      'https://p.example',
      'suspended until curie runs again',
      ['publishedPort', 'publicAddress'],
    ],
    ['unpublishing', null, 'unpublishing…', ['publishedPort']],
    ['unpublishing', 'https://p.example', 'unpublishing…', ['publishedPort']],
    ['error', null, 'could not be published', ['publishedPort']],
    ['error', 'https://p.example', 'could not be published', ['publishedPort']],
    ['re\u202enewing', 'https://p.example', 'renewing', ['publishedPort']],
    ['under\u202ereview', 'https://p.example', 'underreview', ['publishedPort']],
  ] as const)
    it(`describe one that is ${status} ${url ?? 'without URL'} as ${description}`, () => {
      const child = published(status, url);
      assert.deepEqual([child.label, child.description], ['Port 3000', `public · ${description}`]);
      assert.deepEqual(child.contextValues, contextValues);
      assert.equal(child.ariaLabel, `Port 3000, public, ${description}`);
    });

  it('tell in the tooltip who can reach one, and when a suspended one comes back', () => {
    assert.equal(published('published', url).tooltip, `${url}\nAnyone can reach it, without signing in.`);
    assert.equal(published('suspended', url).tooltip, `${url}\nsuspended until curie runs again`);
    assert.equal(published('publishing', null).tooltip, 'publishing…');
  });

  it('differ in their icon where they cannot be reached', () => {
    const icons = ['published', 'suspended', 'publishing', 'error'].map(
      (status) => published(status, url).icon,
    );
    assert.deepEqual(icons, ['globe', 'debug-pause', 'globe', 'warning']);
  });

  const forwarded = (facts: Partial<PortForward>) => {
    const traffic = { connections: 0, received: 0, sent: 0 };
    const forward = {
      computer: { id: 'cmp_1', name: 'einstein' },
      port: 3000,
      localPort: 3001,
      traffic,
      ...facts,
    };
    const forwards = { of: () => [forward] } as unknown as PortForwards;
    return new ForwardedPortChildren(forwards).childrenOf(computerFrom(wire('cmp_1', 'running')))[0]!
      .description;
  };

  it('describe a forwarded one by its address and traffic', () => {
    assert.equal(forwarded({}), '127.0.0.1:3001 · idle');
    const traffic = { connections: 2, received: 2048, sent: 10 };
    assert.equal(forwarded({ traffic }), '127.0.0.1:3001 · 2 connections · 2 KB in, 10 B out');
    assert.equal(
      forwarded({ traffic: { ...traffic, connections: 0 } }),
      '127.0.0.1:3001 · idle · 2 KB in, 10 B out',
    );
    assert.equal(forwarded({ localPort: undefined }), 'waiting for the computer · idle');
    assert.equal(forwarded({ error: new Error('Nobody listens.') }), '127.0.0.1:3001 · Nobody listens.');
  });
});

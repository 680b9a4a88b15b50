import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PublishedPort } from '../../../../src/api/wire';
import { systemClock } from '../../../../src/base/clock';
import { computerFrom } from '../../../../src/computers/computer';
import { PortPublisher } from '../../../../src/features/ports/portPublisher';
import { wire } from '../../support/computers';

describe('publishing a port', () => {
  const route = (status: string, url: string | null = null): PublishedPort => ({
    port: 3000,
    status,
    url,
    created_at: null,
  });
  const publish = (answer: PublishedPort): Promise<PublishedPort> => {
    const client = {
      publish: () => Promise.resolve(answer),
      unpublish: () => Promise.resolve(answer),
      publishedPorts: () => Promise.resolve([answer]),
    };
    const lifecycle = { fetch: () => Promise.resolve(computerFrom(wire('cmp_1', 'running'))) };
    const publisher = new PortPublisher(client, lifecycle, systemClock);
    return publisher.publish('cmp_1', 3000, new AbortController().signal);
  };

  it('ends with its URL', async () => {
    assert.equal((await publish(route('published', 'https://p.example'))).url, 'https://p.example');
  });

  it('says that the service could not publish it', async () => {
    await assert.rejects(publish(route('error')), /could not be published\. Unpublish it/);
  });

  it('does not wait for a URL of one that is suspended', async () => {
    await assert.rejects(publish(route('suspended')), /Port 3000 is suspended until the computer runs again/);
  });
});

import { t } from '@vscode/l10n';
import { ambiguousKinds } from '../../api/apiErrorKinds';
import { isApiError } from '../../api/apiErrors';
import type { CelestoClient } from '../../api/client';
import { type PublishedPort, publishLimits } from '../../api/wire';
import type { Clock } from '../../base/clock';
import type { Lifecycle } from '../../computers/lifecycle';
import { isUnpublished, portStateOf } from '../../computers/publishedPort';

/** Milliseconds between polls of a port that is being published. */
const pollIntervalMs = 1_000;
/** Milliseconds after which a port that is still being published is returned without its URL. */
const publishTimeoutMs = 120_000;

/** @returns a sentence where the port cannot be published; undefined where it can */
export function validatePublishPort(port: number): string | undefined {
  const { min, max } = publishLimits;
  if (Number.isInteger(port) && port >= min && port <= max) return undefined;
  return t('Only ports from {0} to {1} can be published.', min, max);
}

/** Publishes ports of computers under public URLs, and unpublishes them. */
export class PortPublisher {
  constructor(
    private readonly client: Pick<CelestoClient, 'publish' | 'unpublish' | 'publishedPorts'>,
    private readonly lifecycle: Pick<Lifecycle, 'fetch'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Fetches the published ports of a computer.
   * @throws ApiError, or the signal's reason
   */
  async of(computerId: string, signal: AbortSignal): Promise<readonly PublishedPort[]> {
    const all = await this.client.publishedPorts(computerId, signal);
    return all.filter((port) => !isUnpublished(port));
  }

  /**
   * Publishes a port and waits for its URL. After a timeout it returns without.
   * @throws ApiError, Error where it was not published, or the signal's reason
   */
  async publish(computerId: string, port: number, signal: AbortSignal): Promise<PublishedPort> {
    const deadline = this.clock.now() + publishTimeoutMs;
    let published = await this.request(computerId, port, signal);
    await this.lifecycle.fetch(computerId, signal);
    while (isPending(published) && this.clock.now() < deadline) {
      await this.clock.delay(pollIntervalMs, signal);
      published = (await this.find(computerId, port, signal)) ?? published;
    }
    await this.lifecycle.fetch(computerId, signal);
    assertNotRefused(published);
    return published;
  }

  /** @throws ApiError, or the signal's reason */
  async unpublish(computerId: string, port: number, signal: AbortSignal): Promise<void> {
    await this.client.unpublish(computerId, port, signal);
    await this.lifecycle.fetch(computerId, signal);
  }

  /** Sends the request. After an ambiguous error it reads whether the port was published. */
  private async request(computerId: string, port: number, signal: AbortSignal): Promise<PublishedPort> {
    try {
      return await this.client.publish(computerId, port, signal);
    } catch (error) {
      if (!isApiError(error, ...ambiguousKinds)) throw error;
      const published = await this.find(computerId, port, signal);
      if (!published) throw error;
      return published;
    }
  }

  private async find(id: string, port: number, signal: AbortSignal): Promise<PublishedPort | undefined> {
    return (await this.of(id, signal)).find((one) => one.port === port);
  }
}

function isPending(port: PublishedPort): boolean {
  const state = portStateOf(port);
  return port.url === null && state !== 'failed' && state !== 'suspended';
}

/** @throws Error where waiting longer makes no address */
function assertNotRefused(published: PublishedPort): void {
  const { port } = published;
  const state = portStateOf(published);
  if (state === 'failed')
    throw new Error(t('Port {0} could not be published. Unpublish it, then try again.', port));
  if (state === 'suspended') throw new Error(t('Port {0} is suspended until the computer runs again.', port));
}

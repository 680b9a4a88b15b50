import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import { isApiError, ambiguousKinds } from '../../api/errors';
import { publishLimits, type PublishedPort } from '../../api/wire';
import type { Lifecycle } from '../../computers/lifecycle';
import type { Clock } from '../../base/clock';

/** Milliseconds between looks at a port that is being published, and until it is left to itself. */
const pace = { look: 1_000, patience: 120_000 };

/** Why a port cannot be published, in a sentence; undefined where it can. */
export function validatePublishPort(port: number): string | undefined {
  const { min, max } = publishLimits;
  if (Number.isInteger(port) && port >= min && port <= max) return undefined;
  return t('Only ports from {0} to {1} can be published.', min, max);
}

/** Lets everybody reach ports of a computer, and takes them back. */
export class PortPublisher {
  constructor(
    private readonly client: Pick<CelestoClient, 'publish' | 'unpublish' | 'publishedPorts'>,
    private readonly lifecycle: Pick<Lifecycle, 'fetch'>,
    private readonly clock: Clock,
  ) {}

  /**
   * The ports that are published now, as the service says.
   * @throws ApiError, or the signal's reason
   */
  async of(computerId: string, signal: AbortSignal): Promise<readonly PublishedPort[]> {
    const all = await this.client.publishedPorts(computerId, signal);
    return all.filter(({ status }) => status !== 'unpublished');
  }

  /**
   * Publishes a port and waits for its address. One that takes very long comes back without.
   * @throws ApiError, Error where the service could not do it, or the signal's reason
   */
  async publish(computerId: string, port: number, signal: AbortSignal): Promise<PublishedPort> {
    const deadline = this.clock.now() + pace.patience;
    let published = await this.send(computerId, port, signal);
    await this.lifecycle.fetch(computerId, signal);
    while (published.url === null && published.status !== 'error' && this.clock.now() < deadline) {
      await this.clock.delay(pace.look, signal);
      published = (await this.find(computerId, port, signal)) ?? published;
    }
    await this.lifecycle.fetch(computerId, signal);
    if (published.status === 'error')
      throw new Error(t('Port {0} could not be published. Unpublish it, then try again.', port));
    return published;
  }

  /**
   * Takes a port back.
   * @throws ApiError, or the signal's reason
   */
  async unpublish(computerId: string, port: number, signal: AbortSignal): Promise<void> {
    await this.client.unpublish(computerId, port, signal);
    await this.lifecycle.fetch(computerId, signal);
  }

  /** Asks for it; where the answer is lost, looks whether it was done. */
  private async send(computerId: string, port: number, signal: AbortSignal): Promise<PublishedPort> {
    try {
      return await this.client.publish(computerId, port, signal);
    } catch (error) {
      if (!isApiError(error, ...ambiguousKinds)) throw error;
      const done = await this.find(computerId, port, signal);
      if (!done) throw error;
      return done;
    }
  }

  private async find(id: string, port: number, signal: AbortSignal): Promise<PublishedPort | undefined> {
    return (await this.of(id, signal)).find((one) => one.port === port);
  }
}

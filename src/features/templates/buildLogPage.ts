import { isApiError } from '../../api/apiErrors';
import type { CelestoClient } from '../../api/client';
import type { CustomTemplate } from '../../api/wire';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { messageOf } from '../../base/errors';
import { buildStatusOf } from '../../computers/buildStatus';
import { BuildLogBuffer } from './buildLogBuffer';
import { buildLogText } from './buildLogText';

/** Milliseconds between reads of a log that grows, and after a read that failed. */
const pollMs = { growing: 2_000, failed: 10_000 };

/** A template, as commands name it. */
export interface NamedTemplate {
  readonly templateId: string;
  readonly name: string;
}

export interface BuildLogPageDeps {
  readonly client: Pick<CelestoClient, 'buildLog' | 'customTemplates'>;
  readonly clock: Clock;
  /** Called when {@link BuildLogPage.text} has changed. */
  readonly onChange: () => void;
}

/** The log of one template's build, which grows while the build runs. */
export class BuildLogPage {
  private buffer = new BuildLogBuffer();
  private status = '';
  private template: CustomTemplate | undefined;
  private problem: string | undefined;
  private following: AbortController | undefined;

  constructor(
    private readonly named: NamedTemplate,
    private readonly deps: BuildLogPageDeps,
  ) {}

  get text(): string {
    const { status, template, buffer, problem } = this;
    return buildLogText({ name: this.named.name, status, template, buffer, problem });
  }

  /** Reads the news of the log, and the reason where the build has failed. @throws ApiError, or the signal's reason */
  async read(signal: AbortSignal): Promise<void> {
    const { client } = this.deps;
    const { templateId } = this.named;
    // A build that has ended may have been followed by another one, with a log of its own.
    const isSameBuild = buildStatusOf(this.status).isBuilding;
    const answer = await client.buildLog(templateId, isSameBuild ? this.buffer.knownSize : undefined, signal);
    if (!isSameBuild) this.buffer = new BuildLogBuffer();
    this.buffer.add(answer);
    this.problem = undefined;
    if (buildStatusOf(answer.status).hasFailed) this.template = await this.readTemplate(signal);
    this.status = answer.status;
    this.deps.onChange();
  }

  /** Reads the log again and again while the build runs, until {@link unfollow}. Does nothing while it does so already. */
  follow(): void {
    if (this.following) return;
    const following = new AbortController();
    this.following = following;
    this.followUntil(following.signal).then(
      () => this.unfollow(),
      () => this.unfollow(),
    );
  }

  unfollow(): void {
    this.following?.abort();
    this.following = undefined;
  }

  private async followUntil(signal: AbortSignal): Promise<void> {
    let pauseMs = pollMs.growing;
    while (buildStatusOf(this.status).isBuilding) {
      await this.deps.clock.delay(pauseMs, signal);
      try {
        await this.read(signal);
        pauseMs = pollMs.growing;
      } catch (error) {
        if (isCancellation(error)) throw error;
        this.problem = messageOf(error);
        this.deps.onChange();
        if (isApiError(error, 'notFound', 'auth', 'forbidden')) return;
        pauseMs = pollMs.failed;
      }
    }
  }

  /** The log tells that a build failed; the list of templates tells why. */
  private async readTemplate(signal: AbortSignal): Promise<CustomTemplate | undefined> {
    try {
      return (await this.deps.client.customTemplates(signal)).find(({ id }) => id === this.named.templateId);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return undefined;
    }
  }
}

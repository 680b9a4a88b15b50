import type { Provisioning } from './provisioning';

/**
 * The introduction of one computer, asked for when it is first needed. What was told holds for every later try to
 * connect; an answer that told nothing holds for the try that asked, and the next one asks again.
 */
export class Provisioner {
  private result: Promise<Provisioning> | undefined;
  private failed = false;

  constructor(private readonly provision: () => Promise<Provisioning>) {}

  get started(): boolean {
    return this.result !== undefined;
  }

  /** Marks another try. */
  nextAttempt(): void {
    if (this.failed) this.result = undefined;
    this.failed = false;
  }

  /** Asks ahead of need. */
  prefetch(): void {
    // Whoever needs the answer hears of a failure too; when nobody does, it does not matter.
    this.get().catch(() => undefined);
  }

  get(): Promise<Provisioning> {
    this.result ??= this.track(this.provision());
    return this.result;
  }

  private async track(request: Promise<Provisioning>): Promise<Provisioning> {
    try {
      const provisioning = await request;
      this.failed = provisioning.hostKeys.length === 0 && !provisioning.keyInstalled;
      return provisioning;
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }
}

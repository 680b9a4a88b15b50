import type { Provisioning } from './provision';

/**
 * Provisions one computer on first use, once for all concurrent callers. A success is kept for later connection
 * attempts; a failure is kept for the attempt that caused it, and the next attempt provisions again.
 */
export class CachedProvisioner {
  private result: Promise<Provisioning> | undefined;
  private failed = false;

  constructor(private readonly provision: () => Promise<Provisioning>) {}

  get started(): boolean {
    return this.result !== undefined;
  }

  /** Begins another connection attempt: discards the result of one that failed. */
  nextAttempt(): void {
    if (this.failed) this.result = undefined;
    this.failed = false;
  }

  /** Starts provisioning before the result is needed. */
  prefetch(): void {
    // A failure reaches every caller of get(); without one it does not matter.
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

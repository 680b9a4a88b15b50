import { randomBytes } from 'node:crypto';
import type { Features } from './features';

/** Permission to connect to something through the gateway: valid once, for a short time. */
export interface Grant {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** The grants of one kind of target that were not used yet. */
export class Grants<Target> {
  private readonly unused = new Map<string, Grant & { readonly target: Target }>();

  constructor(private readonly features: Pick<Features, 'tokenLife'>) {}

  add(target: Target): Grant {
    const token = randomBytes(24).toString('base64url');
    const grant = { token, expires: Date.now() + this.features.tokenLife };
    this.unused.set(token, { ...grant, target });
    return grant;
  }

  /** Uses up a token. @returns its target; undefined where it is unknown, used or expired */
  redeem(token: string): Target | undefined {
    const grant = this.unused.get(token);
    this.unused.delete(token);
    return grant !== undefined && Date.now() < grant.expires ? grant.target : undefined;
  }

  /** Revokes the grants of a target. */
  revoke(target: Target): void {
    for (const [token, grant] of this.unused) if (grant.target === target) this.unused.delete(token);
  }
}

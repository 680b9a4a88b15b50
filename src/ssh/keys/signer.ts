import type ssh2 from 'ssh2';
import type { BaseAgent, IdentityCallback, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import { messageOf } from '../../base/errors';

/** Signs with keys whose private half is in an agent, or must be unlocked first. */
export interface Signer {
  /** Lists the public halves, in the order in which they are offered. */
  keys(): Promise<readonly ParsedKey[]>;
  /**
   * Signs with a key that the server accepts. The user is asked for nothing before that.
   * @param options the hash, for an RSA key
   * @throws Error whose message is the reason for which the key cannot be used
   */
  sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer>;
}

/** A signer as an agent of ssh2, and its state. */
export interface SigningAgent {
  readonly agent: BaseAgent<ParsedKey>;
  /** Reason for a failed signature. */
  readonly failure: string | undefined;
  /** True once it has signed. */
  readonly signed: boolean;
  /** Request in progress, during which the user may be asked for something. It resolves with the request. */
  readonly pending: Promise<void> | undefined;
}

interface SigningState {
  failure: string | undefined;
  signed: boolean;
  pending: Promise<void> | undefined;
}

/** Adapts a signer to ssh2. */
export function signingAgent(signer: Signer, library: typeof ssh2): SigningAgent {
  const state: SigningState = { failure: undefined, signed: false, pending: undefined };

  class SignerAgent extends library.BaseAgent<ParsedKey> {
    override getIdentities(done: IdentityCallback<ParsedKey>): void {
      track(signer.keys()).then(
        (keys) => done(undefined, [...keys]),
        (error: unknown) => done(error as Error),
      );
    }

    override sign(
      key: ParsedKey,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      done?: SignCallback,
    ): void {
      const [signingOptions, callback] = typeof options === 'function' ? [{}, options] : [options, done];
      const signed = signer.sign(key, data, signingOptions).then((signature) => {
        state.signed = true;
        return signature;
      });
      track(signed).then(
        (signature) => callback?.(undefined, signature),
        (error: unknown) => callback?.(error as Error),
      );
    }
  }

  async function track<T>(task: Promise<T>): Promise<T> {
    state.pending = task.then(
      () => undefined,
      (error: unknown) => void (state.failure = messageOf(error)),
    );
    await state.pending;
    state.pending = undefined;
    return task;
  }

  return Object.assign(state, { agent: new SignerAgent() });
}

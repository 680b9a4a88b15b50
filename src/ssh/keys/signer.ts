import type { BaseAgent, ParsedKey, IdentityCallback, SignCallback, SigningRequestOptions } from 'ssh2';
import type ssh2 from 'ssh2';

/** Keys whose private half is not at hand: an agent has it, or it must be unlocked first. */
export interface Signer {
  /** The public halves, in the order in which they are offered. */
  keys(): Promise<readonly ParsedKey[]>;
  /**
   * Signs with a key that the server would accept. Nobody is asked for anything before that.
   * @param options the hash, for an RSA key
   * @throws Error with a message that says why the key cannot be used
   */
  sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer>;
}

/** A signer in the shape in which ssh2 takes one, and what became of it. */
export interface SigningAgent {
  readonly agent: BaseAgent<ParsedKey>;
  /** Why it could not sign, where that was so. */
  readonly failure: string | undefined;
  /** True once it has signed. */
  readonly signed: boolean;
  /** While it is at work, since a person may be asked for something, and that takes its time. Settles with the work. */
  readonly pending: Promise<void> | undefined;
}

interface SigningState {
  failure: string | undefined;
  signed: boolean;
  pending: Promise<void> | undefined;
}

/** Has ssh2 sign with a signer. */
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
      const [given, tell] = typeof options === 'function' ? [{}, options] : [options, done];
      const signed = signer.sign(key, data, given).then((signature) => {
        state.signed = true;
        return signature;
      });
      track(signed).then(
        (signature) => tell?.(undefined, signature),
        (error: unknown) => tell?.(error as Error),
      );
    }
  }

  async function track<T>(task: Promise<T>): Promise<T> {
    state.pending = task.then(
      () => undefined,
      (error: unknown) => void (state.failure = error instanceof Error ? error.message : String(error)),
    );
    await state.pending;
    state.pending = undefined;
    return task;
  }

  return Object.assign(state, { agent: new SignerAgent() });
}

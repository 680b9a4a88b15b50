import { t } from '@vscode/l10n';
import type { ParsedKey } from 'ssh2';
import { abortable } from '../../base/abort';
import { SingleFlight } from '../../base/singleFlight';

/** Asks the user for the passphrase of a key file; undefined where they skip the key. */
export type AskPassphrase = (
  question: {
    readonly path: string;
    /** True where the server accepts the key; false where that is unknown before it is unlocked. */
    readonly accepted: boolean;
    /** Attempts left, this one included. */
    readonly triesLeft: number;
    /** True where the previous passphrase was wrong. */
    readonly wrong: boolean;
  },
  /** Withdraws the question. */
  signal: AbortSignal,
) => Promise<string | undefined>;

const maxTries = 3;

/** Unlocks key files by asking the user. An unlocked key stays in memory as long as the window lives. */
export class Passphrases {
  private readonly unlocked = new Map<string, ParsedKey>();
  private readonly asking = new SingleFlight<ParsedKey, never>();

  constructor(private readonly ask: AskPassphrase) {}

  /**
   * Unlocks a key file. The user is asked once for all connections that wait for it.
   * @param file identified by its text: a changed file is another key
   * @param open returns the key where the passphrase is right
   * @throws Error with the reason for which the key stays locked, or the signal's reason
   */
  async unlock(
    file: { readonly path: string; readonly text: string; readonly accepted: boolean },
    open: (passphrase: string) => ParsedKey | undefined,
    signal: AbortSignal,
  ): Promise<ParsedKey> {
    const { text, ...details } = file;
    const unlocked = this.unlocked.get(text);
    if (unlocked) return unlocked;
    const key = await this.asking.join(text, (wanted) => this.askFor(details, open, wanted), signal);
    this.unlocked.set(text, key);
    return key;
  }

  private async askFor(
    details: { readonly path: string; readonly accepted: boolean },
    open: (passphrase: string) => ParsedKey | undefined,
    signal: AbortSignal,
  ): Promise<ParsedKey> {
    for (let left = maxTries; left > 0; left -= 1) {
      signal.throwIfAborted();
      const question = { ...details, triesLeft: left, wrong: left < maxTries };
      const passphrase = await abortable(this.ask(question, signal), signal);
      if (passphrase === undefined) throw new Error(t('its passphrase was not given'));
      const key = open(passphrase);
      if (key) return key;
    }
    throw new Error(t('{0} wrong passphrases were entered', maxTries));
  }
}

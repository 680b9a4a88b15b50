import { t } from '@vscode/l10n';
import type { ParsedKey } from 'ssh2';
import { abortable } from '../../base/abort';
import { SingleFlight } from '../../base/singleFlight';

/** Asks a person for the passphrase of a key file; undefined when they skip the key. */
export type AskPassphrase = (
  question: {
    readonly path: string;
    /** True where the server would accept the key; else that cannot be known before it is unlocked. */
    readonly accepted: boolean;
    /** How many more tries there are, this one included. */
    readonly triesLeft: number;
    /** True where the one given before did not fit. */
    readonly wrong: boolean;
  },
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal,
) => Promise<string | undefined>;

const maxTries = 3;

/** Unlocks key files by asking a person. What was unlocked stays so in memory, for as long as the window lives. */
export class Passphrases {
  private readonly unlocked = new Map<string, ParsedKey>();
  private readonly asking = new SingleFlight<ParsedKey, never>();

  constructor(private readonly ask: AskPassphrase) {}

  /**
   * The private key in a file. A person is asked once, however many connections wait for it.
   * @param file with its text: one that was changed is another key
   * @param open gives the key where the passphrase fits
   * @throws Error that says why the key stays locked, or the signal's reason
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
    throw new Error(t('none of {0} passphrases fitted', maxTries));
  }
}

import * as vscode from 'vscode';
import { statusOf } from '../../computers/status';
import type { ComputerStore } from '../../computers/store';
import type { KeyRotation } from '../../ssh/keys/keyRotation';
import type { Clock } from '../../base/clock';
import { escapeLinks } from '../../base/text';
import type { Handler } from '../../ui/registerCommands';
import { cancellation, withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

/** What became of the new key on one computer. */
interface Outcome {
  readonly name: string;
  readonly result: string;
  readonly failed: boolean;
}

/** The key of this extension. */
export class SshKeyCommands {
  constructor(
    private readonly targets: Targets,
    private readonly store: ComputerStore,
    private readonly rotation: KeyRotation,
    private readonly clock: Clock,
  ) {}

  readonly rotate: Handler = async () => {
    await this.targets.ensureSignedIn();
    await this.store.refresh();
    const ids = await this.rotation.computersWithKey();
    await this.confirm(ids);
    await this.rotation.rotate();
    const outcomes = await withProgress(this.clock, vscode.l10n.t('Replacing the SSH key…'), (signal) =>
      Promise.all(ids.map((id) => this.replaceOn(id, signal))),
    );
    tell(outcomes);
  };

  private async confirm(ids: readonly string[]): Promise<void> {
    const names = ids.map((id) => this.store.get(id)?.name ?? id);
    const where =
      names.length === 0
        ? vscode.l10n.t('The old key is on no computer that this machine knows of.')
        : vscode.l10n.t(
            'The old key is on: {0}. It is replaced at once on those that are running, and with the next connection on the others. Nothing is started for it.',
            names.join(', '),
          );
    const question = vscode.l10n.t('Make a new SSH key for this extension?');
    const detail = `${where}\n\n${vscode.l10n.t('Open terminals stay open.')}`;
    const yes = vscode.l10n.t('Make New Key');
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
    if (answer !== yes) throw cancellation();
  }

  private async replaceOn(id: string, signal: AbortSignal): Promise<Outcome> {
    const computer = this.store.get(id);
    const name = computer?.name ?? id;
    if (computer?.status !== 'running') {
      const state = computer ? statusOf(computer.status).label() : vscode.l10n.t('not in the list');
      return { name, result: vscode.l10n.t('with the next connection ({0})', state), failed: false };
    }
    try {
      await this.rotation.replaceKeyOn(computer, signal);
      return { name, result: vscode.l10n.t('replaced'), failed: false };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { name, result: vscode.l10n.t('not yet, with the next connection: {0}', reason), failed: true };
    }
  }
}

function tell(outcomes: readonly Outcome[]): void {
  const results = outcomes.map(({ name, result }) => `${name}: ${result}`).join('; ');
  const made = vscode.l10n.t('The extension has a new SSH key.');
  const message = escapeLinks(results === '' ? made : `${made} ${results}.`);
  if (outcomes.some(({ failed }) => failed)) void vscode.window.showWarningMessage(message);
  else void vscode.window.showInformationMessage(message);
}

import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { messageOf } from '../../base/errors';
import type { ComputerStore } from '../../computers/computerStore';
import { statusOf } from '../../computers/statusTable';
import type { KeyRotation } from '../../ssh/keys/keyRotation';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { confirmOrCancel, inform, warn } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';

export interface SshKeyCommandsDeps {
  readonly targets: CommandTargets;
  readonly store: ComputerStore;
  readonly rotation: KeyRotation;
  readonly clock: Clock;
}

/** The result of a key rotation on one computer. */
interface RotationResult {
  readonly name: string;
  readonly result: string;
  readonly failed: boolean;
}

/** Rotates the SSH key of this extension. */
export class SshKeyCommands {
  constructor(private readonly deps: SshKeyCommandsDeps) {}

  readonly rotate: Handler = async () => {
    const { targets, store, rotation, clock } = this.deps;
    await targets.ensureSignedIn();
    await store.refresh();
    const ids = await rotation.computersWithKey();
    await this.askToRotate(ids);
    await rotation.rotate();
    const results = await withProgress(clock, vscode.l10n.t('Replacing the SSH key…'), (signal) =>
      Promise.all(ids.map((id) => this.replaceOn(id, signal))),
    );
    notify(results);
  };

  private async askToRotate(ids: readonly string[]): Promise<void> {
    const names = ids.map((id) => this.deps.store.get(id)?.name ?? id);
    const where =
      names.length === 0
        ? vscode.l10n.t('The old key is on no computer that this machine has connected to.')
        : vscode.l10n.t(
            'The old key is on: {0}. It will be replaced now on those that are running, and by the next connection on the others. No computer is started.',
            names.join(', '),
          );
    const question = vscode.l10n.t('Create a new SSH key for this extension?');
    const detail = `${where}\n\n${vscode.l10n.t('Open terminals stay open.')}`;
    await confirmOrCancel({ question, detail, action: vscode.l10n.t('Create New Key') });
  }

  private async replaceOn(id: string, signal: AbortSignal): Promise<RotationResult> {
    const computer = this.deps.store.get(id);
    const name = computer?.name ?? id;
    if (!computer || !statusOf(computer.status).isRunning) {
      const status = computer ? statusOf(computer.status).label() : vscode.l10n.t('not in the list');
      return { name, result: vscode.l10n.t('by the next connection ({0})', status), failed: false };
    }
    try {
      await this.deps.rotation.replaceKeyOn(computer, signal);
      return { name, result: vscode.l10n.t('replaced'), failed: false };
    } catch (error) {
      const reason = messageOf(error);
      return { name, result: vscode.l10n.t('not yet, by the next connection: {0}', reason), failed: true };
    }
  }
}

function notify(results: readonly RotationResult[]): void {
  const list = results.map(({ name, result }) => `${name}: ${result}`).join('; ');
  const created = vscode.l10n.t('The extension has a new SSH key.');
  const message = list === '' ? created : `${created} ${list}.`;
  if (results.some(({ failed }) => failed)) void warn(message);
  else void inform(message);
}

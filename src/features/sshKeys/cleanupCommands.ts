import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/statusTable';
import type { KnownComputers } from '../../ssh/hostKeys/knownComputers';
import type { ExtensionKey } from '../../ssh/keys/extensionKey';
import {
  type InstalledFiles,
  type InstalledKey,
  listInstalledFiles,
  removeKeys,
} from '../../ssh/provisioning/installedFiles';
import type { SshConfig } from '../../ssh/sshConfig';
import { removeRemoteSshd } from '../../ssh/tunnel/remoteSshd';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { confirmOrCancel, inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';

interface InstalledItem extends vscode.QuickPickItem {
  /** A key, else the helper. */
  readonly key?: InstalledKey;
}

export interface CleanupCommandsDeps {
  readonly targets: CommandTargets;
  readonly client: Pick<CelestoClient, 'exec'>;
  readonly knownComputers: KnownComputers;
  readonly extensionKey: ExtensionKey;
  readonly config: SshConfig;
  readonly clock: Clock;
}

/** Removes the keys and files that this extension has put on a computer. */
export class CleanupCommands {
  constructor(private readonly deps: CleanupCommandsDeps) {}

  readonly remove: Handler = async (...args) => {
    const title = vscode.l10n.t('Remove Celesto Files and Keys');
    const computer = await this.runningTarget(args, title);
    const looking = vscode.l10n.t('Looking for files and keys on {0}…', computer.name);
    const footprint = await withProgress(this.deps.clock, looking, (signal) => this.read(computer, signal));
    const items = itemsOf(footprint);
    if (items.length === 0) {
      void inform(vscode.l10n.t('No files or keys of this extension were found on {0}.', computer.name));
      return;
    }
    const picked = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      title: vscode.l10n.t('Files and Keys of This Extension on {0}', computer.name),
      placeHolder: vscode.l10n.t('Selected items will be removed'),
    });
    if (!picked || picked.length === 0) throw cancellation();
    const removing = vscode.l10n.t('Removing from {0}…', computer.name);
    await withProgress(this.deps.clock, removing, (signal) => this.removeAll(computer, picked, signal));
    void inform(
      vscode.l10n.t(
        'Removed from {0}: {1}. A connection that needs them will put them there again.',
        computer.name,
        picked.map(({ label }) => label).join(', '),
      ),
    );
  };

  readonly removeHelper: Handler = async (...args) => {
    const computer = await this.runningTarget(args, vscode.l10n.t('Remove SSH Helper'));
    const question = vscode.l10n.t('Remove the SSH helper from {0}?', computer.name);
    const detail = vscode.l10n.t(
      'The folder ~/.celesto-vscode will be deleted. A terminal that needs it will put it there again.',
    );
    await confirmOrCancel({ question, detail, action: vscode.l10n.t('Remove') });
    const removing = vscode.l10n.t('Removing from {0}…', computer.name);
    await withProgress(this.deps.clock, removing, (signal) => this.deleteHelper(computer, signal));
    void inform(vscode.l10n.t('The SSH helper was removed from {0}.', computer.name));
  };

  /** Resolves a computer that is running; none is started for a cleanup. */
  private async runningTarget(args: readonly unknown[], title: string): Promise<Computer> {
    const computer = await this.deps.targets.one(args, title, 'computer');
    if (statusOf(computer.status).isRunning) return computer;
    throw new Error(
      vscode.l10n.t(
        '{0} is not running ({1}). Start it, then try again.',
        computer.name,
        statusOf(computer.status).label(),
      ),
    );
  }

  private async read(computer: Computer, signal: AbortSignal): Promise<InstalledFiles> {
    const { client, config, extensionKey } = this.deps;
    const user = computer.ssh === undefined ? undefined : (await config.endpoint(computer)).user;
    return listInstalledFiles(client, computer.id, user, await extensionKey.get(), signal);
  }

  private async removeAll(
    computer: Computer,
    items: readonly InstalledItem[],
    signal: AbortSignal,
  ): Promise<void> {
    const { client, knownComputers } = this.deps;
    const keys = items.flatMap(({ key }) => key ?? []);
    if (keys.length > 0) await removeKeys(client, computer.id, keys, signal);
    if (keys.some(({ owner }) => owner === 'ours'))
      knownComputers.update(computer.id, 'ssh', { installedKey: undefined });
    if (items.some(({ key }) => !key)) await this.deleteHelper(computer, signal);
  }

  private async deleteHelper(computer: Computer, signal: AbortSignal): Promise<void> {
    await removeRemoteSshd(this.deps.client, computer.id, signal);
    this.deps.knownComputers.forgetTunnel(computer.id);
  }
}

function itemsOf({ keys, helper }: InstalledFiles): InstalledItem[] {
  const items: InstalledItem[] = keys.map((key) => ({
    key,
    label: vscode.l10n.t('SSH key {0}', key.fingerprint),
    description: ownerOf(key),
    detail: key.file,
    iconPath: new vscode.ThemeIcon('key'),
    picked: key.owner !== 'others',
  }));
  if (helper === undefined) return items;
  const label = vscode.l10n.t('SSH helper');
  const description = vscode.l10n.t('for SSH through the terminal gateway');
  const iconPath = new vscode.ThemeIcon('plug');
  return [...items, { label, description, detail: helper, iconPath, picked: true }];
}

function ownerOf({ owner }: InstalledKey): string {
  switch (owner) {
    case 'ours':
      return vscode.l10n.t('of this machine');
    case 'retired':
      return vscode.l10n.t('of this machine, replaced by another');
    case 'others':
      return vscode.l10n.t('of this extension on another machine');
  }
}

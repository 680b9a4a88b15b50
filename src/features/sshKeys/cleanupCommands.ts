import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/status';
import {
  listInstalledFiles,
  removeKeys,
  type InstalledFiles,
  type InstalledKey,
} from '../../ssh/provisioning/installedFiles';
import { tunnelRecord, type KnownComputers } from '../../ssh/hostKeys/knownComputers';
import type { ExtensionKey } from '../../ssh/keys/extensionKey';
import type { SshConfig } from '../../ssh/sshConfig';
import { removeRemoteSshd } from '../../ssh/tunnel/remoteSshd';
import type { Clock } from '../../base/clock';
import { escapeLinks } from '../../base/text';
import type { Handler } from '../../ui/registerCommands';
import { cancellation, withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

interface TraceItem extends vscode.QuickPickItem {
  /** A key, else the helper. */
  readonly key?: InstalledKey;
}

export interface CleanupCommandsDeps {
  readonly targets: Targets;
  readonly client: Pick<CelestoClient, 'exec'>;
  readonly known: KnownComputers;
  readonly ownKey: ExtensionKey;
  readonly config: SshConfig;
  readonly clock: Clock;
}

/** Lists what this extension put on a computer, and removes it. */
export class CleanupCommands {
  constructor(private readonly deps: CleanupCommandsDeps) {}

  readonly remove: Handler = async (...args) => {
    const title = vscode.l10n.t('Remove What Was Put on Computer');
    const computer = await this.running(args, title);
    const looking = vscode.l10n.t('Looking what was put on {0}…', computer.name);
    const footprint = await withProgress(this.deps.clock, looking, (signal) => this.read(computer, signal));
    const items = itemsOf(footprint);
    if (items.length === 0) {
      tell(vscode.l10n.t('Nothing of this extension is on {0}.', computer.name));
      return;
    }
    const picked = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      title: vscode.l10n.t('Put on {0} by This Extension', computer.name),
      placeHolder: vscode.l10n.t('What is ticked is removed'),
    });
    if (!picked || picked.length === 0) throw cancellation();
    const removing = vscode.l10n.t('Removing from {0}…', computer.name);
    await withProgress(this.deps.clock, removing, (signal) => this.removeAll(computer, picked, signal));
    tell(
      vscode.l10n.t(
        'Removed from {0}: {1}. A connection that needs it puts it there again.',
        computer.name,
        picked.map(({ label }) => label).join(', '),
      ),
    );
  };

  readonly removeHelper: Handler = async (...args) => {
    const computer = await this.running(args, vscode.l10n.t('Remove SSH Helper'));
    const question = vscode.l10n.t('Remove the SSH helper from {0}?', computer.name);
    const detail = vscode.l10n.t(
      'The folder ~/.celesto-vscode goes. A terminal that needs it puts it there again.',
    );
    const yes = vscode.l10n.t('Remove');
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
    if (answer !== yes) throw cancellation();
    const removing = vscode.l10n.t('Removing from {0}…', computer.name);
    await withProgress(this.deps.clock, removing, (signal) => this.takeHelper(computer, signal));
    tell(vscode.l10n.t('The SSH helper was removed from {0}.', computer.name));
  };

  /** The computer a command is about; nothing is started for it. */
  private async running(args: readonly unknown[], title: string): Promise<Computer> {
    const computer = await this.deps.targets.one(args, title, 'computer');
    if (computer.status === 'running') return computer;
    throw new Error(
      vscode.l10n.t(
        '{0} would have to be running for that, and it is not ({1}). Start it, then try again.',
        computer.name,
        statusOf(computer.status).label(),
      ),
    );
  }

  private async read(computer: Computer, signal: AbortSignal): Promise<InstalledFiles> {
    const { client, config, ownKey } = this.deps;
    const user = computer.ssh === undefined ? undefined : (await config.endpoint(computer)).user;
    return listInstalledFiles(client, computer.id, user, await ownKey.get(), signal);
  }

  private async removeAll(
    computer: Computer,
    items: readonly TraceItem[],
    signal: AbortSignal,
  ): Promise<void> {
    const { client, known } = this.deps;
    const keys = items.flatMap(({ key }) => key ?? []);
    if (keys.length > 0) await removeKeys(client, computer.id, keys, signal);
    if (keys.some(({ owner: whose }) => whose === 'ours'))
      known.update(computer.id, { installedKey: undefined });
    if (items.some(({ key }) => !key)) await this.takeHelper(computer, signal);
  }

  private async takeHelper(computer: Computer, signal: AbortSignal): Promise<void> {
    await removeRemoteSshd(this.deps.client, computer.id, signal);
    this.deps.known.forget(tunnelRecord(computer.id));
  }
}

function itemsOf({ keys, helper }: InstalledFiles): TraceItem[] {
  const items: TraceItem[] = keys.map((key) => ({
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

function ownerOf({ owner: whose }: InstalledKey): string {
  switch (whose) {
    case 'ours':
      return vscode.l10n.t('of this machine');
    case 'retired':
      return vscode.l10n.t('of this machine, replaced by another');
    case 'others':
      return vscode.l10n.t('of this extension on another machine');
  }
}

function tell(message: string): void {
  void vscode.window.showInformationMessage(escapeLinks(message));
}

import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { KnownComputers } from '../../ssh/hostKeys/knownComputers';
import { copy } from '../../ui/clipboard';
import type { CommandTargets } from '../../ui/commandTargets';
import { confirmOrCancel, inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import { hostKeyItems } from './hostKeyItems';

/** Shows and forgets the pinned host keys of a computer. */
export class HostKeyCommands {
  constructor(
    private readonly targets: CommandTargets,
    private readonly knownComputers: KnownComputers,
  ) {}

  readonly show: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Show Host Keys'), 'computer');
    const hostKeys = hostKeyItems(this.knownComputers, computer.id);
    if (hostKeys.length === 0) {
      informOfNone(computer);
      return;
    }
    const iconPath = new vscode.ThemeIcon('shield');
    const items = hostKeys.map((item) => ({ ...item, iconPath }));
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Host Keys of {0}', computer.name),
      placeHolder: vscode.l10n.t('Select a key to copy its fingerprint'),
    });
    if (picked) await copy([picked.label]);
  };

  readonly forget: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Forget Host Key'), 'computer');
    const hostKeys = hostKeyItems(this.knownComputers, computer.id);
    if (hostKeys.length === 0) {
      informOfNone(computer);
      return;
    }
    const question = vscode.l10n.t('Forget the host keys of {0}?', computer.name);
    const detail = vscode.l10n.t(
      'Known host keys:\n{0}\n\nThe next connection gets the keys of the computer over the API, as the first one did. Open connections stay open.',
      hostKeys.map(({ label, description }) => `${description} ${label}`).join('\n'),
    );
    await confirmOrCancel({ question, detail, action: vscode.l10n.t('Forget') });
    this.knownComputers.forgetHostKeys(computer.id);
  };
}

function informOfNone({ name }: Computer): void {
  void inform(vscode.l10n.t('No host key of {0} is known yet. The first SSH connection verifies it.', name));
}

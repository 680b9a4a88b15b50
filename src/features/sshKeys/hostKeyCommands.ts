import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { KnownComputers } from '../../ssh/hostKeys/knownComputers';
import { escapeLinks } from '../../base/text';
import { hostKeyLines } from './hostKeyList';
import { copy } from '../../ui/clipboard';
import type { Handler } from '../../ui/registerCommands';
import { cancellation } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

/** The host keys by which a computer is known again. */
export class HostKeyCommands {
  constructor(
    private readonly targets: Targets,
    private readonly known: KnownComputers,
  ) {}

  readonly show: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Show Host Keys'), 'computer');
    const lines = hostKeyLines(this.known, computer.id);
    if (lines.length === 0) {
      tellUnknown(computer);
      return;
    }
    const iconPath = new vscode.ThemeIcon('shield');
    const items = lines.map((line) => ({ ...line, iconPath }));
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Host Keys of {0}', computer.name),
      placeHolder: vscode.l10n.t('Choose one to copy its fingerprint'),
    });
    if (picked) await copy([picked.label]);
  };

  readonly forget: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Forget Host Key'), 'computer');
    const lines = hostKeyLines(this.known, computer.id);
    if (lines.length === 0) {
      tellUnknown(computer);
      return;
    }
    const question = vscode.l10n.t('Forget the host keys of {0}?', computer.name);
    const detail = vscode.l10n.t(
      'Known are:\n{0}\n\nThe next connection asks the computer for its keys over the API, as the first one did. What is connected now stays connected.',
      lines.map(({ label, description }) => `${description} ${label}`).join('\n'),
    );
    const yes = vscode.l10n.t('Forget');
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
    if (answer !== yes) throw cancellation();
    this.known.forgetHostKeys(computer.id);
  };
}

function tellUnknown(computer: Computer): void {
  const message = vscode.l10n.t(
    'No host key of {0} is known yet. The first connection by SSH has it confirmed.',
    computer.name,
  );
  void vscode.window.showInformationMessage(escapeLinks(message));
}

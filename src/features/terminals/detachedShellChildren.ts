import { t } from '@vscode/l10n';
import type { Computer } from '../../computers/computer';
import type { PersistentShells } from '../../terminal/persistentShells';
import type { PersistentShell } from '../../shell/shellListing';
import { truncate } from '../../base/text';
import type { TreeChild, ChildProvider } from '../../ui/treeChildren';

/** A shell that is kept on the computer while no terminal shows it. */
export interface DetachedShellChild extends TreeChild {
  readonly kind: 'shell';
  readonly shell: PersistentShell;
}

/** The shells that are kept on a computer, and that nobody is with. */
export class DetachedShellChildren implements ChildProvider {
  readonly onDidChange;

  constructor(private readonly shells: PersistentShells) {
    this.onDidChange = shells.onDidChange;
  }

  childrenOf(computer: Computer): readonly DetachedShellChild[] {
    return computer.status === 'running' ? this.shells.of(computer.id).map(detachedShellChild) : [];
  }
}

/** @param shell as the computer tells of it: none of its texts is to be trusted */
export function detachedShellChild(shell: PersistentShell): DetachedShellChild {
  const label = truncate(shell.command, 40) || t('Shell');
  const folder = truncate(shell.directory, 200);
  const since = t(
    'since {0}',
    shell.created.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
  );
  return {
    kind: 'shell',
    command: { title: t('Attach to Detached Shell'), command: 'celesto.attachShell' },
    shell,
    key: `shell ${shell.name}`,
    label,
    description: [t('detached'), folder].filter(Boolean).join(' · '),
    tooltip: [t('It runs on without a terminal ({0}).', shell.persistedBy), folder, since]
      .filter(Boolean)
      .join('\n'),
    ariaLabel: [label, t('detached'), folder].filter(Boolean).join(', '),
    icon: 'terminal-tmux',
    contextValues: ['keptShell'],
  };
}

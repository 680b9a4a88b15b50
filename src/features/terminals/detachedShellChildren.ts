import { t } from '@vscode/l10n';
import { truncate } from '../../base/text';
import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/statusTable';
import type { PersistentShell } from '../../shell/shellListing';
import type { PersistentShells } from '../../terminal/persistentShells';
import type { ChildProvider, TreeChild } from '../../ui/treeChildren';

/** Characters of a shell's command and of its directory that are shown. */
const maxCommandLength = 40;
const maxDirectoryLength = 200;

/** A persistent shell without a terminal. */
export interface DetachedShellChild extends TreeChild {
  readonly kind: 'shell';
  readonly shell: PersistentShell;
}

/** The detached shells below a computer in the tree. */
export class DetachedShellChildren implements ChildProvider {
  readonly onDidChange;

  constructor(private readonly shells: PersistentShells) {
    this.onDidChange = shells.onDidChange;
  }

  childrenOf(computer: Computer): readonly DetachedShellChild[] {
    return statusOf(computer.status).isRunning ? this.shells.of(computer.id).map(detachedShellChild) : [];
  }
}

/** @param shell as listed by the computer: its texts are untrusted */
export function detachedShellChild(shell: PersistentShell): DetachedShellChild {
  const label = truncate(shell.command, maxCommandLength) || t('Shell');
  const directory = truncate(shell.directory, maxDirectoryLength);
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
    description: [t('detached'), directory].filter(Boolean).join(' · '),
    tooltip: [t('Keeps running without a terminal ({0}).', shell.persistedBy), directory, since]
      .filter(Boolean)
      .join('\n'),
    ariaLabel: [label, t('detached'), directory].filter(Boolean).join(', '),
    icon: 'terminal-tmux',
    contextValues: ['keptShell'],
  };
}

import { t } from '@vscode/l10n';
import type { Computer } from '../../computers/computer';
import { capabilities } from '../../ui/presentation';
import type { CommandId } from '../../ui/registerCommands';

/** Something that can be done with a computer. */
export interface ComputerAction {
  readonly command: CommandId;
  readonly label: string;
  readonly icon: string;
}

type Row = readonly [needs: string, icon: string, label: string, command: CommandId];

/** What can be done with a computer as it is now, in groups: opening it, and all that its menu in the tree has. */
export function actionsOf(computer: Computer): ComputerAction[][] {
  const can = new Set(capabilities(computer));
  return groups()
    .map((rows) => rows.filter(([needs]) => can.has(needs)))
    .map((rows) => rows.map(([, icon, label, command]) => ({ icon, label, command })))
    .filter((actions) => actions.length > 0);
}

function groups(): readonly (readonly Row[])[] {
  return [
    [
      ['open', 'terminal', t('Open Terminal'), 'celesto.open'],
      ['open', 'add', t('New Terminal'), 'celesto.newTerminal'],
      ['open', 'split-horizontal', t('New Terminal in Editor Area'), 'celesto.newTerminalInEditor'],
      ['open', 'folder', t('New Terminal at Directory…'), 'celesto.newTerminalAtDirectory'],
      ['open', 'chevron-right', t('Run Command…'), 'celesto.runCommand'],
    ],
    [
      ['start', 'play', t('Start'), 'celesto.start'],
      ['stop', 'debug-stop', t('Stop'), 'celesto.stop'],
      ['restore', 'history', t('Restore'), 'celesto.restore'],
    ],
    [
      ['ports', 'plug', t('Forward Port…'), 'celesto.forwardPort'],
      ['ports', 'globe', t('Publish Port…'), 'celesto.publishPort'],
    ],
    [
      ['computer', 'info', t('Show Details'), 'celesto.showDetails'],
      ['computer', 'pin', t('Use as Workspace Default'), 'celesto.useAsDefault'],
    ],
    [
      ['computer', 'copy', t('Copy ID'), 'celesto.copyId'],
      ['computer', 'copy', t('Copy Name'), 'celesto.copyName'],
      ['open', 'copy', t('Copy SSH Command'), 'celesto.copySshCommand'],
    ],
    [
      ['computer', 'key', t('Show Host Keys'), 'celesto.showHostKeys'],
      ['computer', 'discard', t('Forget Host Key…'), 'celesto.forgetHostKey'],
      ['open', 'clear-all', t('Remove What Was Put on Computer…'), 'celesto.removeFromComputer'],
    ],
    [['delete', 'trash', t('Delete…'), 'celesto.delete']],
  ];
}

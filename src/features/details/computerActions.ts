import { t } from '@vscode/l10n';
import { capabilitiesOf, type Capability } from '../../computers/capabilities';
import type { Computer } from '../../computers/computer';

/** A command for a computer, as an item of the action picker. */
export interface ComputerAction {
  readonly command: string;
  readonly label: string;
  /** The id of a codicon. */
  readonly icon: string;
}

type Row = readonly [requires: Capability, icon: string, label: string, command: string];

/** Lists the actions that the status of a computer allows, in groups: those of its context menu, and opening it. */
export function actionsOf(computer: Computer): ComputerAction[][] {
  const capabilities = new Set(capabilitiesOf(computer));
  return actionGroups()
    .map((rows) => rows.filter(([requires]) => capabilities.has(requires)))
    .map((rows) => rows.map(([, icon, label, command]) => ({ icon, label, command })))
    .filter((actions) => actions.length > 0);
}

/** The order of the picker. A test holds it together with the context menu in package.json. */
function actionGroups(): readonly (readonly Row[])[] {
  return [
    [
      ['open', 'terminal', t('Open Terminal'), 'celesto.open'],
      ['open', 'add', t('New Terminal'), 'celesto.newTerminal'],
      ['open', 'split-horizontal', t('New Terminal in Editor Area'), 'celesto.newTerminalInEditor'],
      ['open', 'folder', t('New Terminal at Directory…'), 'celesto.newTerminalAtDirectory'],
      ['open', 'chevron-right', t('Run Command…'), 'celesto.runCommand'],
      ['screen', 'device-desktop', t('Show Screen'), 'celesto.showScreen'],
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
      ['open', 'clear-all', t('Remove Celesto Files and Keys…'), 'celesto.removeFromComputer'],
    ],
    [['delete', 'trash', t('Delete…'), 'celesto.delete']],
  ];
}

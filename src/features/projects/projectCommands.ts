import * as vscode from 'vscode';
import type { ListedProject, ProjectFilter } from '../../account/projectFilter';
import type { Project } from '../../api/wire';
import type { Clock } from '../../base/clock';
import { escapeIcons, truncate } from '../../base/text';
import type { ComputerStore } from '../../computers/computerStore';
import type { ServiceReports } from '../../computers/serviceReports';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import type { Handler } from '../../ui/registerCommands';

/** Characters shown of a project's name. */
const maxNameLength = 60;

export interface ProjectCommandsDeps {
  readonly filter: ProjectFilter;
  readonly serviceReports: Pick<ServiceReports, 'projects'>;
  readonly store: Pick<ComputerStore, 'refresh'>;
  readonly targets: Pick<CommandTargets, 'ensureSignedIn'>;
  readonly clock: Clock;
}

/** Lists the computers of one project, or of all. */
export class ProjectCommands {
  constructor(private readonly deps: ProjectCommandsDeps) {}

  readonly filterByProject: Handler = async () => {
    const { filter, serviceReports, store, targets, clock } = this.deps;
    await targets.ensureSignedIn();
    const projects = await withProgress(clock, vscode.l10n.t('Reading the projects…'), (signal) =>
      serviceReports.projects(signal),
    );
    const chosen = await vscode.window.showQuickPick(itemsOf(projects ?? [], filter.current), {
      title: vscode.l10n.t('Filter by Project'),
      placeHolder: vscode.l10n.t('Select the project whose computers are listed'),
    });
    if (!chosen || chosen.project?.id === filter.current?.id) return;
    await filter.set(chosen.project);
    await withProgress(clock, vscode.l10n.t('Loading the list of computers…'), (signal) =>
      store.refresh(signal),
    );
  };
}

interface ProjectItem extends vscode.QuickPickItem {
  readonly project: ListedProject | undefined;
}

function itemsOf(projects: readonly Project[], current: ListedProject | undefined): ProjectItem[] {
  const remark = (id: string | undefined): string => (id === current?.id ? vscode.l10n.t('current') : '');
  return [
    { label: vscode.l10n.t('All projects'), description: remark(undefined), project: undefined },
    ...projects.map(({ id, name }) => {
      const shown = truncate(name, maxNameLength) || id;
      return { label: escapeIcons(shown), description: remark(id), project: { id, name: shown } };
    }),
  ];
}

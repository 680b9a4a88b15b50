import type { Feature } from '../../ui/registerCommands';
import { ProjectCommands, type ProjectCommandsDeps } from './projectCommands';
import { ProjectsContext, type ProjectsContextDeps } from './projectsContext';

export type ProjectsCommandId = 'celesto.filterByProject';

export type ProjectsDeps = ProjectCommandsDeps & ProjectsContextDeps;

/** Registers the filter by project. */
export function registerProjects(deps: ProjectsDeps): Feature<ProjectsCommandId> {
  const context = new ProjectsContext(deps);
  const commands = new ProjectCommands(deps);
  return {
    handlers: { 'celesto.filterByProject': commands.filterByProject },
    dispose: () => context.dispose(),
  };
}

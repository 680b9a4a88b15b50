import type { CelestoClient } from '../../api/client';
import type { Clock } from '../../base/clock';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Feature } from '../../ui/registerCommands';
import { BuildLogDocuments } from './buildLogDocuments';
import { TemplateCommands } from './templateCommands';

export type TemplatesCommandId = 'celesto.showBuildLog' | 'celesto.rebuildTemplate';

export interface TemplatesDeps {
  readonly client: CelestoClient;
  readonly targets: CommandTargets;
  readonly clock: Clock;
}

/** Registers the build logs of the organization's own templates, and their rebuild. */
export function registerTemplates(deps: TemplatesDeps): Feature<TemplatesCommandId> {
  const documents = new BuildLogDocuments(deps);
  const commands = new TemplateCommands({ ...deps, documents });
  return {
    handlers: {
      'celesto.showBuildLog': commands.showBuildLog,
      'celesto.rebuildTemplate': commands.rebuild,
    },
    dispose: () => documents.dispose(),
  };
}

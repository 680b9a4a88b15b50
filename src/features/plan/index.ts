import type { Feature } from '../../ui/registerCommands';
import { PlanCommand, type PlanCommandDeps } from './planCommand';
import { PlanNotices, type PlanNoticesDeps } from './planNotices';
import { planPrompts } from './planPrompts';

export type PlanCommandId = 'celesto.showPlan';

export type PlanDeps = PlanCommandDeps & Omit<PlanNoticesDeps, 'prompts'>;

/** Registers the command that shows the plan, and the notices about slots and credit. */
export function registerPlan(deps: PlanDeps): Feature<PlanCommandId> {
  const command = new PlanCommand(deps);
  const notices = new PlanNotices({ ...deps, prompts: planPrompts });
  return { handlers: { 'celesto.showPlan': command.show }, dispose: () => notices.dispose() };
}

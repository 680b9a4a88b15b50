import type { Account } from '../../account/account';
import type { ProjectFilter } from '../../account/projectFilter';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import type { ComputerStore } from '../../computers/computerStore';
import type { ServiceReports } from '../../computers/serviceReports';
import { setContext } from '../../ui/setContext';

export interface ProjectsContextDeps {
  readonly account: Pick<Account, 'onDidChange' | 'owner'>;
  readonly filter: ProjectFilter;
  readonly serviceReports: Pick<ServiceReports, 'projects'>;
  readonly store: Pick<ComputerStore, 'state' | 'onDidChangeState'>;
  readonly log: Log;
}

/** Offers the filter where the organization has several projects. Reads them once for each account, after its list. */
export class ProjectsContext implements Disposable {
  private readonly disposables = new DisposableStore();
  /** The account whose projects were read. */
  private readOwner: string | undefined;
  private hasSeveral = false;

  constructor(private readonly deps: ProjectsContextDeps) {
    const { account, filter, store } = deps;
    this.disposables.add(store.onDidChangeState(() => void this.read()));
    this.disposables.add(filter.onDidChange(() => this.apply()));
    this.disposables.add(account.onDidChange(() => this.onDidChangeAccount()));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private onDidChangeAccount(): void {
    this.readOwner = undefined;
    this.hasSeveral = false;
    this.apply();
  }

  private async read(): Promise<void> {
    const { account, serviceReports, store, log } = this.deps;
    const { owner } = account;
    if (this.readOwner === owner || store.state.freshness !== 'live') return;
    this.readOwner = owner;
    try {
      const projects = (await serviceReports.projects()) ?? [];
      if (account.owner === owner) this.hasSeveral = projects.length > 1;
    } catch (error) {
      log.debug(`no projects: ${describeError(error)}`);
    }
    this.apply();
  }

  /** Sets the context key: there is a choice of projects, or a filter that can be removed. */
  private apply(): void {
    setContext('celesto.projects', this.hasSeveral || this.deps.filter.current !== undefined);
  }
}

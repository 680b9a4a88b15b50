import { t } from '@vscode/l10n';
import type { CreateRequest } from '../../../api/wire';
import { abortable } from '../../../base/abort';
import { messageOf } from '../../../base/errors';
import type { Computer } from '../../../computers/computer';
import type { ConnectorOptions } from '../../../connect/computerConnector';
import type { CommandRequest } from '../command';
import type { CommandExecution } from '../commandExecution';
import type { NamedComputer, RunTarget } from '../runTarget';
import type { Lease, TemporaryComputers } from './temporaryComputers';

export interface TemporaryTargetDeps {
  readonly computers: Pick<TemporaryComputers, 'create' | 'discard'>;
  /** The computer to create; may ask the user. */
  readonly createRequest: () => Promise<CreateRequest>;
  readonly targetFor: (computer: Computer) => RunTarget;
}

/** A temporary computer: created for one command, deleted after it. */
export class TemporaryTarget implements RunTarget {
  private lease: Lease | undefined;
  private target: RunTarget | undefined;

  constructor(private readonly deps: TemporaryTargetDeps) {}

  get computer(): NamedComputer | undefined {
    return this.target?.computer;
  }

  async start(request: CommandRequest, options: ConnectorOptions): Promise<CommandExecution> {
    const { computers, targetFor } = this.deps;
    const { progress, signal } = options;
    const createRequest = await abortable(this.deps.createRequest(), signal);
    progress.phase(t('creating'));
    progress.report(t('Creating a computer for this command… It is deleted afterwards. (Ctrl+C cancels)'));
    this.lease = computers.create(createRequest, request.command.line);
    this.target = targetFor(await abortable(this.lease.computer, signal));
    return this.target.start(request, options);
  }

  async explainComputerLoss(): Promise<Error | undefined> {
    return this.target?.explainComputerLoss();
  }

  async cleanUp(report: (text: string) => void): Promise<void> {
    if (!this.lease) return;
    try {
      await this.deps.computers.discard(this.lease);
      if (this.target) report(t('The computer of this command was deleted.'));
    } catch (error) {
      const reason = messageOf(error);
      report(
        t('The computer of this command may still exist: {0} You will be asked about it later.', reason),
      );
    }
  }
}

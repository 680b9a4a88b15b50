import { t } from '@vscode/l10n';
import type { ApiError } from '../../../api/apiErrors';
import { isSizeRefusal } from '../../../api/sizeRefusal';
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
  /** Asks the user for another size than the one that the service refuses. */
  readonly replaceSize: (request: CreateRequest, refused: ApiError) => Promise<CreateRequest>;
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
    const { progress, signal } = options;
    const createRequest = await abortable(this.deps.createRequest(), signal);
    progress.phase(t('creating'));
    progress.report(t('Creating a computer for this command… It is deleted afterwards. (Ctrl+C cancels)'));
    this.target = this.deps.targetFor(await this.create(createRequest, request.command.line, options));
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

  /** Creates the computer. Where the service refuses its size, the user is asked for another one, once. */
  private async create(
    request: CreateRequest,
    line: string,
    { progress, signal }: ConnectorOptions,
  ): Promise<Computer> {
    try {
      return await this.lend(request, line, signal);
    } catch (error) {
      if (!isSizeRefusal(error)) throw error;
      progress.report(t('{0} Select another size.', error.message));
      const changed = await abortable(this.deps.replaceSize(request, error), signal);
      return this.lend(changed, line, signal);
    }
  }

  private async lend(request: CreateRequest, line: string, signal: AbortSignal): Promise<Computer> {
    this.lease = this.deps.computers.create(request, line);
    return abortable(this.lease.computer, signal);
  }
}

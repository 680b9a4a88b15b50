import { t } from '@vscode/l10n';
import type { CreateRequest } from '../../../api/wire';
import type { Computer } from '../../../computers/computer';
import type { OpeningOptions } from '../../../connect/opening';
import { abortable } from '../../../base/abort';
import type { CommandExecution } from '../commandExecution';
import type { TemporaryComputers, Lease } from './temporaryComputers';
import type { NamedComputer, RunTarget } from '../runTarget';
import type { CommandRequest } from '../commandScript';

export interface TemporaryTargetDeps {
  readonly computers: Pick<TemporaryComputers, 'create' | 'discard'>;
  /** What kind of computer is wanted; may ask a person. */
  readonly createRequest: () => Promise<CreateRequest>;
  readonly targetFor: (computer: Computer) => RunTarget;
}

/** A computer of its own for one command: made for it, deleted behind it. */
export class TemporaryTarget implements RunTarget {
  private lease: Lease | undefined;
  private target: RunTarget | undefined;

  constructor(private readonly deps: TemporaryTargetDeps) {}

  get computer(): NamedComputer | undefined {
    return this.target?.computer;
  }

  async start(request: CommandRequest, options: OpeningOptions): Promise<CommandExecution> {
    const { computers: fresh, createRequest: wish, targetFor: placeOn } = this.deps;
    const { progress, signal } = options;
    const wished = await abortable(wish(), signal);
    progress.phase(t('creating'));
    progress.say(t('Creating a computer for this command… It is deleted afterwards. (Ctrl+C cancels)'));
    this.lease = fresh.create(wished, request.command.line);
    const computer = await abortable(this.lease.computer, signal);
    this.target = placeOn(computer);
    return this.target.start(request, options);
  }

  async explainLoss(): Promise<Error | undefined> {
    return this.target?.explainLoss();
  }

  async cleanUp(say: (line: string) => void): Promise<void> {
    if (!this.lease) return;
    try {
      await this.deps.computers.discard(this.lease);
      if (this.target) say(t('The computer of this command was deleted.'));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(t('The computer of this command may still be there: {0} You are asked about it later.', why));
    }
  }
}

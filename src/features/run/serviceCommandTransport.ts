import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import { isApiError } from '../../api/errors';
import { execLimits, type ExecEvent, type ExecResult } from '../../api/wire';
import type { Computer } from '../../computers/computer';
import type { Transport, ConnectOptions } from '../../connect/transport';
import { isCancellation } from '../../base/abort';
import { describeError, type Log } from '../../base/log';
import type { CommandExecution } from './commandExecution';
import { newRunId, killScript } from './runId';
import type { CommandRequest } from './command';
import { serviceScript } from './commandScript';
import { ServiceExecution } from './serviceExecution';

/** Seconds that a command may take. */
const execTimeoutSeconds = execLimits.timeout.max;
/** Seconds that ending one may take. */
const killTimeoutSeconds = 20;

type Client = Pick<CelestoClient, 'exec' | 'execStream'>;

/** The service's own call to run a command: as a stream where it has that, else with the output at the end. */
export class ServiceCommandTransport implements Transport<CommandRequest, CommandExecution> {
  readonly name = 'service';

  constructor(
    private readonly client: Client,
    /** Works as the window closes, too. */
    private readonly lastClient: Pick<CelestoClient, 'exec'>,
    private readonly log: Log,
  ) {}

  supports(): boolean {
    return true;
  }

  /** @throws CommandError, ApiError, or the signal's reason */
  async open(
    { id }: Computer,
    request: CommandRequest,
    { signal }: ConnectOptions,
  ): Promise<CommandExecution> {
    const mark = newRunId();
    const { script, hasRunId: isMarked } = serviceScript(request.command, mark);
    request.report(t('A command may take {0} s there, and reads nothing that is typed.', execTimeoutSeconds));
    const cancel = new AbortController();
    const either = AbortSignal.any([signal, cancel.signal]);
    const sweep = isMarked ? (): void => this.killRun(id, mark) : (): void => undefined;
    try {
      const events = await this.execute(id, script, request, either);
      return new ServiceExecution(events, () => {
        cancel.abort();
        sweep();
      });
    } catch (error) {
      if (isCancellation(error)) sweep();
      throw error;
    }
  }

  private async execute(
    id: string,
    script: string,
    { report }: CommandRequest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ExecEvent>> {
    const stream = this.client.execStream(id, script, execTimeoutSeconds, signal);
    try {
      const first = await stream.next();
      return prepend(first.done ? undefined : first.value, stream);
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error;
      report(t('What it writes shows when it has ended.'));
      return eventsOf(await this.client.exec(id, script, execTimeoutSeconds, signal));
    }
  }

  /** The service does not promise that a command ends when nobody waits for it any more. */
  private killRun(id: string, mark: string): void {
    this.lastClient.exec(id, killScript(mark), killTimeoutSeconds).catch((error: unknown) => {
      this.log.warn(`${id}: a cancelled command may still run: ${describeError(error)}`);
    });
  }
}

async function* prepend(
  first: ExecEvent | undefined,
  rest: AsyncIterable<ExecEvent>,
): AsyncGenerator<ExecEvent> {
  if (first) yield first;
  yield* rest;
}

// eslint-disable-next-line @typescript-eslint/require-await -- what has ended is told like what runs
async function* eventsOf({ stdout, stderr, ...end }: ExecResult): AsyncGenerator<ExecEvent> {
  yield { type: 'stdout', data: stdout };
  yield { type: 'stderr', data: stderr };
  yield { type: 'exit', ...end };
}

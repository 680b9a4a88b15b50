import { t } from '@vscode/l10n';
import { isApiError } from '../../api/apiErrors';
import type { CelestoClient } from '../../api/client';
import { type ExecEvent, execLimits, type ExecResult } from '../../api/wire';
import { isCancellation } from '../../base/abort';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ConnectOptions, Transport, TransportMessages } from '../../connect/transport';
import type { CommandRequest } from './command';
import type { CommandExecution } from './commandExecution';
import { serviceScript } from './commandScript';
import { killScript, newRunId } from './runId';
import { ServiceExecution } from './serviceExecution';

/** The time limit of the exec call, the longest that the service allows. */
const execTimeoutSeconds = execLimits.timeout.max;
/** The time limit of the call that runs the kill script. */
const killTimeoutSeconds = 20;

type Client = Pick<CelestoClient, 'exec' | 'execStream'>;

/** Runs commands by the service's exec call: streamed where the service supports that, else with the output at the end. */
export class ServiceCommandTransport implements Transport<CommandRequest, CommandExecution> {
  readonly name = 'service';
  readonly messages: TransportMessages = {
    connecting: ({ name }) => t('Running it on {0} through the service…', name),
    fallback: () => t('Running it through the service instead.'),
  };

  constructor(
    private readonly client: Client,
    /** Has the latest credentials, and works while the window closes. */
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
    const runId = newRunId();
    const { script, hasRunId } = serviceScript(request.command, runId);
    request.report(
      t('Without SSH, a command can run for at most {0} s and cannot read input.', execTimeoutSeconds),
    );
    const cancel = new AbortController();
    const cancelled = AbortSignal.any([signal, cancel.signal]);
    const kill = (): void => {
      if (hasRunId) this.killRun(id, runId);
    };
    try {
      const events = await this.execute(id, script, request, cancelled);
      return new ServiceExecution(events, () => {
        cancel.abort();
        kill();
      });
    } catch (error) {
      if (isCancellation(error)) kill();
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
      report(t('The output is shown when the command has ended.'));
      return eventsOf(await this.client.exec(id, script, execTimeoutSeconds, signal));
    }
  }

  /** Kills the command's processes: the service need not end a command whose call was aborted. */
  private killRun(id: string, runId: string): void {
    this.lastClient.exec(id, killScript(runId), killTimeoutSeconds).catch((error: unknown) => {
      this.log.warn(`${id}: a cancelled command may still run: ${describeError(error)}`);
    });
  }
}

async function* prepend(
  first: ExecEvent | undefined,
  others: AsyncIterable<ExecEvent>,
): AsyncGenerator<ExecEvent> {
  if (first) yield first;
  yield* others;
}

// eslint-disable-next-line @typescript-eslint/require-await -- a finished command reads like a running one
async function* eventsOf({ stdout, stderr, ...end }: ExecResult): AsyncGenerator<ExecEvent> {
  yield { type: 'stdout', data: stdout };
  yield { type: 'stderr', data: stderr };
  yield { type: 'exit', ...end };
}

import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { t } from '@vscode/l10n';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/computerStore';
import { LifecycleError } from '../computers/errors';
import type { Lifecycle } from '../computers/lifecycle';
import { statusOf } from '../computers/statusTable';
import { SshError } from '../ssh/sshErrors';
import type { ComputerConnector } from './computerConnector';
import type { Progress } from './progressReporter';
import type { ChannelHandle, ChannelRequest } from './sshChannelTransport';
import type { TransportSetting } from './transportSelector';

const silent: Progress = { report: () => undefined, phase: () => undefined };

/** The setting rules SSH out, and the caller needs it. */
export class NoSshError extends Error {
  override readonly name = 'NoSshError';

  constructor() {
    super(t('This needs SSH, but the setting celesto.terminal.transport allows only plain terminals.'));
  }
}

/** A stream to a port of a computer. */
export interface PortChannel {
  readonly stream: Duplex;
  /** True once the connection that carries it has failed. */
  readonly broke: () => boolean;
}

export interface SshChannelsDeps {
  readonly connector: Pick<ComputerConnector<ChannelRequest, ChannelHandle>, 'reconnect'>;
  readonly store: Pick<ComputerStore, 'get'>;
  readonly lifecycle: Pick<Lifecycle, 'fetch'>;
  readonly transport: () => TransportSetting;
}

/** SSH channels to running computers, for ports and short commands. Never starts a computer, reports no progress. */
export class SshChannels {
  constructor(private readonly deps: SshChannelsDeps) {}

  /**
   * Opens a channel to a computer whose cached status is running.
   * @throws NoSshError, or as {@link ComputerConnector.reconnect}
   */
  async open(computer: Computer, signal: AbortSignal, request: ChannelRequest): Promise<ChannelHandle> {
    if (this.deps.transport() === 'gateway') throw new NoSshError();
    return this.deps.connector.reconnect(computer, request, true, { signal, progress: silent });
  }

  /**
   * Runs a short command and returns its standard output.
   * @throws SshError where the connection failed before its end, or as {@link open}
   */
  async run(computer: Computer, command: string, signal: AbortSignal): Promise<string> {
    const { channel, connection } = await this.open(computer, signal, (connection) =>
      connection.exec(command),
    );
    const stop = (): void => channel.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      channel.stderr.resume();
      let text = '';
      for await (const chunk of channel.setEncoding('utf8')) text += String(chunk);
      signal.throwIfAborted();
      // ssh2 ends the channels of a failed connection as if they had ended by themselves, and emits the failure afterwards.
      await nextTurn();
      if (connection?.failure) throw connection.failure;
      return text;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /**
   * Opens a channel to a port of a computer; a connection that fails makes it read the computer's status anew.
   * @throws PortError, LifecycleError where it does not run, ApiError, or as {@link open}
   */
  async openPort(computerId: string, port: number, signal: AbortSignal): Promise<PortChannel> {
    const cached = this.deps.store.get(computerId);
    if (cached && isRunning(cached)) {
      try {
        return await this.openPortOf(cached, port, signal);
      } catch (error) {
        if (!(error instanceof SshError)) throw error;
      }
    }
    const computer = await this.deps.lifecycle.fetch(computerId, signal);
    if (!isRunning(computer)) throw new LifecycleError('stopped', computer);
    return this.openPortOf(computer, port, signal);
  }

  private async openPortOf(computer: Computer, port: number, signal: AbortSignal): Promise<PortChannel> {
    // By name, so that a server that listens on ::1 alone is reached, too.
    const { channel, connection } = await this.open(computer, signal, (connection) =>
      connection.forward('localhost', port),
    );
    return { stream: channel, broke: () => connection?.failure !== undefined };
  }
}

function isRunning({ status }: Computer): boolean {
  return statusOf(status).isRunning;
}

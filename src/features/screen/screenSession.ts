import { t } from '@vscode/l10n';
import { type ApiError, isApiError } from '../../api/apiErrors';
import type { DisplayMode } from '../../api/wire';
import type { Clock } from '../../base/clock';
import { isTransient, messageOf } from '../../base/errors';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/statusTable';
import type { DisplayChannel } from '../../gateway/displayChannel';
import type { Button, HostMessage, PageFailure, ScreenView } from './messages';
import {
  canConnect,
  deletedError,
  isRefusal,
  lostError,
  pageError,
  refusalError,
  ScreenError,
} from './screenProblems';

/** Seconds before each attempt to connect again. After the last one the user is asked. */
const backoffSeconds = [1, 2, 4, 8, 15];
/** Milliseconds between two reads of a computer that changes by itself. */
const statusIntervalMs = 2_000;
/** Milliseconds that the page may take to agree with the display's server on the protocol. */
const handshakeTimeoutMs = 15_000;

export interface ScreenSessionDeps {
  /** Connects with a new grant. */
  open(mode: DisplayMode, signal: AbortSignal): Promise<DisplayChannel>;
  /** Reads the computer from the service. */
  fetch(signal: AbortSignal): Promise<Computer>;
  post(message: HostMessage): void;
  readonly clock: Clock;
  readonly log: Log;
}

/** The connection that the page draws, and the callbacks that end its attempt. */
interface Current {
  readonly number: number;
  readonly channel: DisplayChannel;
  readonly connected: () => void;
  readonly failed: (error: Error) => void;
}

/**
 * Keeps the page of a screen connected while it is visible: relays the RFB protocol, connects again when a connection is
 * lost, and tells what the page's frame shows. Every connection only views the screen, unless the user has taken control.
 */
export class ScreenSession {
  private abort: AbortController | undefined;
  private current: Current | undefined;
  private connections = 0;
  /** True while the user's input goes to the computer, or is about to. */
  private isControlled = false;
  /** The end of the last run; undefined while one is under way. */
  private end: ScreenError | undefined;

  constructor(
    private readonly deps: ScreenSessionDeps,
    private readonly computer: Computer,
  ) {}

  /** Connects, in place of the connection there is. */
  connect(mode: DisplayMode = 'read_only'): void {
    this.disconnect();
    this.end = undefined;
    this.isControlled = mode === 'read_write';
    const abort = new AbortController();
    this.abort = abort;
    this.run(mode, abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) this.finish(error);
    });
  }

  /** Ends the connection; nothing is shown of it. */
  disconnect(): void {
    this.abort?.abort();
    this.abort = undefined;
    this.isControlled = false;
    this.closeCurrent();
  }

  /** Returns to viewing alone; does nothing where the user does not control the screen. */
  releaseControl(): void {
    if (this.isControlled) this.connect();
  }

  /** Takes note of a computer whose status has changed. */
  computerChanged(computer: Computer): void {
    if (this.end?.wayOut === 'start' && statusOf(computer.status).isRunning) {
      this.connect();
      return;
    }
    if (this.abort === undefined) return;
    try {
      canConnect(computer);
    } catch (error) {
      this.finish(error);
    }
  }

  /** Ends for good: the computer is gone. */
  computerDeleted(): void {
    if (this.abort) this.finish(deletedError(this.computer));
  }

  // --- Messages of the page

  send(connection: number, bytes: Uint8Array): void {
    this.currentAs(connection)?.channel.send(bytes);
  }

  acknowledge(connection: number, count: number): void {
    this.currentAs(connection)?.channel.acknowledge(count);
  }

  connected(connection: number): void {
    this.currentAs(connection)?.connected();
  }

  failed(connection: number, reason: PageFailure): void {
    this.currentAs(connection)?.failed(pageError(reason));
  }

  private currentAs(connection: number): Current | undefined {
    return this.current?.number === connection ? this.current : undefined;
  }

  // --- Connections

  /** Connects again and again. Rejects at the end, with a ScreenError where that is not a mistake of this extension. */
  private async run(firstMode: DisplayMode, signal: AbortSignal): Promise<never> {
    let mode = firstMode;
    let attempts = 0;
    const onConnected = (): void => void (attempts = 0);
    this.show('message', t('Connecting…'));
    for (;;) {
      const failure = await this.attempt(mode, signal, onConnected);
      // A lost connection does not return with the user's hands on it.
      mode = 'read_only';
      this.isControlled = false;
      const seconds = backoffSeconds[attempts];
      if (seconds === undefined) throw lostError(failure);
      attempts += 1;
      this.show('message', t('The connection to the screen was lost. Reconnecting…'));
      await this.deps.clock.delay(seconds * 1_000, signal);
      await this.untilConnectable(signal);
    }
  }

  /** Connects once. Resolves with its failure, if any, where another attempt may succeed. */
  private async attempt(mode: DisplayMode, signal: AbortSignal, onConnected: () => void): Promise<unknown> {
    try {
      const channel = await this.deps.open(mode, signal);
      if (signal.aborted) channel.dispose();
      signal.throwIfAborted();
      await this.relay(channel, mode, signal, onConnected);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ScreenError) throw error;
      this.deps.log.info(`screen of ${this.computer.id}: ${describeError(error)}`);
      if (isRefusal(error)) await this.throwRefusal(error, signal);
      else if (!isTransient(error)) throw error;
      return error;
    }
  }

  /** @throws ScreenError for a refusal that stays, by the computer's status: one that has just stopped is refused, too */
  private async throwRefusal(error: ApiError, signal: AbortSignal): Promise<void> {
    const computer = await this.fetch(signal);
    if (computer && canConnect(computer)) throw refusalError(error, computer);
  }

  /** Reads the computer; undefined where the service cannot tell now. @throws ScreenError where it was deleted */
  private async fetch(signal: AbortSignal): Promise<Computer | undefined> {
    try {
      return await this.deps.fetch(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isApiError(error, 'notFound')) throw deletedError(this.computer);
      if (!isTransient(error)) throw error;
      return undefined;
    }
  }

  /** Passes bytes between the page and the display until one of them ends. */
  private async relay(
    channel: DisplayChannel,
    asked: DisplayMode,
    signal: AbortSignal,
    onConnected: () => void,
  ): Promise<void> {
    this.connections += 1;
    const number = this.connections;
    // The user's hands stay off unless both the user and the grant say otherwise.
    const isControlled = asked === 'read_write' && channel.mode === 'read_write';
    const shaken = new AbortController();
    await new Promise<void>((resolve, reject) => {
      const connected = (): void => {
        shaken.abort();
        onConnected();
        this.showPicture(isControlled);
      };
      this.current = { number, channel, connected, failed: reject };
      void channel.closed.then((problem) => (problem ? reject(pageError('unreadable')) : resolve()));
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.deps.post({ type: 'connect', connection: number, isControlled });
      channel.onBytes((bytes) => this.deps.post({ type: 'receive', connection: number, bytes }));
      this.deps.clock.delay(handshakeTimeoutMs, shaken.signal).then(resolve, () => undefined);
    }).finally(() => {
      shaken.abort();
      if (this.current?.number === number) this.closeCurrent();
    });
    signal.throwIfAborted();
  }

  private closeCurrent(): void {
    const { current } = this;
    this.current = undefined;
    if (!current) return;
    current.channel.dispose();
    this.deps.post({ type: 'disconnect', connection: current.number });
  }

  /** Waits for a computer that changes by itself. @throws ScreenError where it has stopped or is gone */
  private async untilConnectable(signal: AbortSignal): Promise<void> {
    for (;;) {
      const computer = await this.fetch(signal);
      if (!computer || canConnect(computer)) return;
      this.show('message', t('{0}: {1}. Waiting…', computer.name, statusOf(computer.status).label()));
      await this.deps.clock.delay(statusIntervalMs, signal);
    }
  }

  private finish(error: unknown): void {
    this.disconnect();
    if (!(error instanceof ScreenError)) this.deps.log.error(`screen: ${describeError(error)}`);
    this.end = error instanceof ScreenError ? error : new ScreenError(messageOf(error), 'reconnect');
    this.show('message', this.end.message, buttonsOf(this.end));
  }

  // --- The frame

  private showPicture(isControlled: boolean): void {
    this.isControlled = isControlled;
    if (isControlled)
      this.show('controlling', t('You control this screen. Press Ctrl+Alt+Home to release it.'), [
        { id: 'releaseControl', label: t('Release Control') },
        { id: 'copy', label: t('Copy From Screen') },
        { id: 'paste', label: t('Paste To Screen') },
      ]);
    else this.show('viewing', t('View only'), [{ id: 'takeControl', label: t('Take Control') }]);
  }

  private show(kind: ScreenView['kind'], status: string, buttons: readonly Button[] = []): void {
    const { name } = this.computer;
    const pictureLabel = t('Screen of {0}', name);
    this.deps.post({ type: 'show', view: { name, pictureLabel, kind, status, buttons } });
  }
}

function buttonsOf({ wayOut }: ScreenError): readonly Button[] {
  if (wayOut === 'start') return [{ id: 'start', label: t('Start') }];
  return wayOut === 'reconnect' ? [{ id: 'reconnect', label: t('Reconnect') }] : [];
}

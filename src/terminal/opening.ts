import { t } from '@vscode/l10n';
import type { Step } from '../model/bringUp';
import type { Computer } from '../model/computer';
import type { Lifecycle } from '../model/lifecycle';
import { statusOf } from '../model/status';
import { formatEndpoint, parseEndpoint } from '../ssh/endpoint';
import { SshError } from '../ssh/errors';
import { chooseRoad, type Road } from './roads';
import type { Session, SessionRequest } from './session';

/** Milliseconds. */
const limits = {
  /** A word of the list that the computer runs is believed for so long before the service is asked again. */
  trust: 10_000,
  /** A server that refuses is tried again: long after a start, shortly else. */
  patienceAfterStart: 60_000,
  patience: 5_000,
};

/** What a person is told while a terminal opens. */
export interface Progress {
  /** One line. */
  say(line: string): void;
  /** What is going on, in a word or two, for the name of the tab. */
  phase(words: string): void;
}

export interface OpeningOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** A person asked for a start, so a computer in status error is started too. */
  readonly evenFromError: boolean;
}

/** Goes from a computer in any state to a shell on it. */
export class Opening {
  constructor(
    private readonly lifecycle: Pick<Lifecycle, 'ensureRunning'>,
    private readonly roads: readonly Road[],
    /** Milliseconds to wait for a start. */
    private readonly startTimeout: () => number,
  ) {}

  /**
   * Starts, waits or restores as the state calls for, then connects.
   * @throws what goes wrong on the way (LifecycleError, ApiError, NoRoadError, SshError, …), or the signal's reason
   */
  async open(computerId: string, request: SessionRequest, options: OpeningOptions): Promise<Session> {
    const narrator = new Narrator(options.progress);
    const believed = await this.bringUp(computerId, limits.trust, narrator, options);
    try {
      return await this.connect(believed, 0, request, narrator, options);
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      // It may have been stopped meanwhile, or its server may be just coming up: look again before giving up.
      const computer = await this.bringUp(computerId, 0, narrator, options);
      const patience = narrator.waited ? limits.patienceAfterStart : limits.patience;
      return await this.connect(computer, patience, request, narrator, options);
    }
  }

  private bringUp(
    id: string,
    trustFor: number,
    narrator: Narrator,
    { signal, evenFromError }: OpeningOptions,
  ): Promise<Computer> {
    return this.lifecycle.ensureRunning(id, {
      signal,
      evenFromError,
      trustFor,
      timeLimit: this.startTimeout(),
      onStep: (step) => narrator.step(step),
    });
  }

  private connect(
    computer: Computer,
    patience: number,
    request: SessionRequest,
    narrator: Narrator,
    { signal }: OpeningOptions,
  ): Promise<Session> {
    const road = chooseRoad(this.roads, computer);
    narrator.connecting(computer);
    return road.open(computer, request, {
      signal,
      patience: narrator.waited ? limits.patienceAfterStart : patience,
      onNotUp: () => narrator.notUp(computer),
    });
  }
}

/** Tells each step once, in plain words. */
class Narrator {
  /** True once something had to be waited for, so that the computer has only just come up. */
  waited = false;
  private last = '';

  constructor(private readonly progress: Progress) {}

  step(step: Step): void {
    switch (step.kind) {
      case 'asked':
        this.waited = true;
        this.asked(step.what, step.computer);
        return;
      case 'waiting':
        this.waited = true;
        this.waiting(step.computer);
        return;
      case 'unreachable':
        this.tell(t('{0} Trying again…', step.error.message), t('waiting'));
        return;
    }
  }

  connecting(computer: Computer): void {
    const address = computer.ssh === undefined ? computer.name : formatEndpoint(parseEndpoint(computer.ssh));
    const line = t('Connecting to {0}…', address);
    if (statusOf(computer.status).kind === 'unknown' && this.said !== line) {
      this.tell(
        t(
          '{0} is "{1}", a state this extension does not know. Trying all the same…',
          computer.name,
          computer.status,
        ),
        t('connecting'),
      );
    }
    this.tell(line, t('connecting'));
  }

  notUp(computer: Computer): void {
    this.tell(t('The SSH server of {0} is not up yet. Waiting for it…', computer.name), t('connecting'));
  }

  private asked(what: 'start' | 'restore', { name, status }: Computer): void {
    const words = statusOf(status).words();
    if (what === 'start') this.tell(t('{0}: {1}. Starting it… (Ctrl+C cancels)', name, words), t('starting'));
    else this.tell(t('{0}: {1}. Restoring it… (Ctrl+C cancels)', name, words), t('restoring'));
  }

  private waiting({ name, status }: Computer): void {
    const words = statusOf(status).words();
    // A start that was asked for has been told already.
    if (this.last === t('starting') && status === 'starting') return;
    if (this.last === t('restoring') && (status === 'restoring' || status === 'restorable')) return;
    this.tell(t('{0}: {1}. Waiting… (Ctrl+C cancels)', name, words), words);
  }

  private said = '';

  private tell(line: string, phase: string): void {
    this.last = phase;
    this.progress.phase(phase);
    if (line === this.said) return;
    this.said = line;
    this.progress.say(line);
  }
}

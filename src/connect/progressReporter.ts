import { t } from '@vscode/l10n';
import { messageOf } from '../base/errors';
import type { Computer } from '../computers/computer';
import type { EnsureRunningStep } from '../computers/ensureRunning';
import { filesKeptByRestore } from '../computers/keptFiles';
import { statusOf } from '../computers/statusTable';
import type { Transport } from './transport';

/** Receives the progress of an attempt to connect. */
export interface Progress {
  /** A sentence for the user. */
  report(message: string): void;
  /** The current phase in a word or two, for the name of the tab. */
  phase(label: string): void;
}

type Described = Pick<Transport, 'messages'>;

/** Puts the steps of one attempt to connect into sentences, and reports each once. */
export class ProgressReporter {
  /** True once the attempt had to wait for the computer, so that its SSH server may just be coming up. */
  hasWaited = false;
  private lastPhase = '';
  private lastMessage = '';

  constructor(private readonly progress: Progress) {}

  step(step: EnsureRunningStep): void {
    switch (step.kind) {
      case 'requested':
        this.hasWaited = true;
        this.requested(step.action, step.computer);
        return;
      case 'waiting':
        this.hasWaited = true;
        this.waiting(step.computer);
        return;
      case 'unreachable':
        this.report(t('{0} Retrying…', step.error.message), t('waiting'));
        return;
    }
  }

  connecting(computer: Computer, { messages }: Described): void {
    const message = messages.connecting(computer);
    if (statusOf(computer.status).isUnknown && this.lastMessage !== message) {
      this.report(
        t('{0} is in an unknown state, "{1}". Trying to connect anyway…', computer.name, computer.status),
        t('connecting'),
      );
    }
    this.report(message, t('connecting'));
  }

  noEndpoint({ name }: Computer, next: Described): void {
    this.report(`${t('{0} has no SSH endpoint.', name)} ${next.messages.fallback()}`, t('connecting'));
  }

  /** Reports the first line of the error that made a transport fail, and the transport that is tried next. */
  fallback(error: unknown, next: Described): void {
    const [reason] = messageOf(error).split('\n');
    this.report(`${reason} ${next.messages.fallback()}`, t('connecting'));
  }

  serverNotListening({ name }: Computer): void {
    this.report(t('The SSH server of {0} is not ready yet. Waiting for it…', name), t('connecting'));
  }

  private requested(action: 'start' | 'restore', computer: Computer): void {
    const { name, status } = computer;
    const label = statusOf(status).label();
    if (action === 'start')
      this.report(t('{0}: {1}. Starting it… (Ctrl+C cancels)', name, label), t('starting'));
    else {
      this.report(filesKeptByRestore(computer), t('restoring'));
      this.report(t('{0}: {1}. Restoring it… (Ctrl+C cancels)', name, label), t('restoring'));
    }
  }

  private waiting({ name, status }: Computer): void {
    const facts = statusOf(status);
    const label = facts.label();
    // Reported already when it was requested.
    if (this.lastPhase === t('starting') && facts.isStarting) return;
    if (this.lastPhase === t('restoring') && facts.awaitsRestore) return;
    this.report(t('{0}: {1}. Waiting… (Ctrl+C cancels)', name, label), label);
  }

  private report(message: string, phase: string): void {
    this.lastPhase = phase;
    this.progress.phase(phase);
    if (message === this.lastMessage) return;
    this.lastMessage = message;
    this.progress.report(message);
  }
}

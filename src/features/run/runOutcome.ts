import { t } from '@vscode/l10n';

/** Exit codes by the conventions of shells (bash(1), EXIT STATUS) and of timeout(1). */
const exitCodes = { failed: 1, timedOut: 124, unknown: 128, cancelled: 130 };

/** The end of a run. Durations are in milliseconds, from when the command began. */
export type RunOutcome =
  | {
      readonly kind: 'exited';
      readonly code: number | undefined;
      readonly signal: string | undefined;
      readonly timedOut: boolean;
      readonly duration: number;
    }
  | { readonly kind: 'cancelled'; readonly duration: number | undefined }
  | { readonly kind: 'failed'; readonly error: Error };

/** The exit code that a shell would report. */
export function exitCodeOf(outcome: RunOutcome): number {
  switch (outcome.kind) {
    case 'exited':
      return outcome.timedOut ? exitCodes.timedOut : (outcome.code ?? exitCodes.unknown);
    case 'cancelled':
      return exitCodes.cancelled;
    case 'failed':
      return exitCodes.failed;
  }
}

/** The line below the output of a finished command. A failure shows its error instead. */
export function formatOutcome(outcome: Exclude<RunOutcome, { kind: 'failed' }>): string {
  if (outcome.kind === 'cancelled') {
    return outcome.duration === undefined
      ? t('cancelled before it started')
      : t('cancelled · {0}', formatDuration(outcome.duration));
  }
  const { code, signal, timedOut, duration } = outcome;
  const time = formatDuration(duration);
  if (timedOut) return t('stopped, because it ran longer than the service allows · {0}', time);
  if (signal !== undefined) return t('ended by SIG{0} · {1}', signal.replace(/^SIG/, ''), time);
  return code === undefined ? t('ended · {0}', time) : t('exit {0} · {1}', code, time);
}

/** The remark in the name of the tab; undefined after exit code 0. */
export function formatTabRemark(outcome: RunOutcome): string | undefined {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 ? undefined : t('exit {0}', exitCodeOf(outcome));
    case 'cancelled':
      return t('cancelled');
    case 'failed':
      return t('failed');
  }
}

/** Formats milliseconds: 1.2 s, 2 min 5 s, 1 h 2 min. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  // From here on one decimal would round up to 60.0 s.
  if (ms < 59_950) return t('{0} s', (ms / 1000).toFixed(1));
  if (minutes < 60) return t('{0} min {1} s', minutes, seconds % 60);
  return t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

import { t } from '@vscode/l10n';
import { truncate } from '../../base/text';
import type { RunOutcome } from './commandRun';

/** A command in one short line, for a title or a list. */
export function abbreviate(line: string): string {
  const [first = '', ...others] = line.trim().split('\n');
  return truncate(others.length > 0 ? `${first} …` : first, 60);
}

/** How a run ended, in a line; a failure is told by its error alone. */
export function formatOutcome(outcome: Exclude<RunOutcome, { kind: 'failed' }>): string {
  if (outcome.kind === 'cancelled') {
    return outcome.duration === undefined
      ? t('cancelled before it began')
      : t('cancelled · {0}', formatDuration(outcome.duration));
  }
  const { code, signal, timedOut, duration } = outcome;
  const time = formatDuration(duration);
  if (timedOut) return t('cut off, since it took longer than the service allows · {0}', time);
  if (signal !== undefined) return t('ended by SIG{0} · {1}', signal.replace(/^SIG/, ''), time);
  return code === undefined ? t('ended · {0}', time) : t('exit {0} · {1}', code, time);
}

/** Milliseconds as a person says it: 1.2 s, 2 min 5 s, 1 h 2 min. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (ms < 59_950) return t('{0} s', (ms / 1000).toFixed(1));
  if (minutes < 60) return t('{0} min {1} s', minutes, seconds % 60);
  return t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

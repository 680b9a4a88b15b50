import { t } from '@vscode/l10n';
import type { Command } from '../../api/wire';
import { parseDate } from '../../base/date';
import { truncate } from '../../base/text';
import { formatDuration } from '../../ui/formatMetrics';

/** Characters shown of texts that the service sends. */
const maxLength = { commandStatus: 30, source: 30, time: 40 };

/** Formats a command that ran as a table row: start, exit, duration, source, timeout. */
export function formatCommand({
  started_at,
  status,
  exit_code,
  duration_ms,
  source,
  timeout_seconds,
}: Command): string[] {
  const exit = exit_code === null ? truncate(status, maxLength.commandStatus) : t('exit {0}', exit_code);
  return [
    started_at === null ? '' : formatTime(started_at),
    exit,
    duration_ms === null ? '' : formatDuration(duration_ms / 1000),
    truncate(source, maxLength.source),
    timeout_seconds === null ? '' : t('{0} s at most', timeout_seconds),
  ];
}

/** Formats a time in the user's locale; one that cannot be parsed stays as the service spells it. */
function formatTime(text: string): string {
  const date = parseDate(text);
  return (
    date?.toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' }) ??
    truncate(text, maxLength.time)
  );
}

import { t } from '@vscode/l10n';
import type { CustomTemplate } from '../../api/wire';
import { printable, truncate } from '../../base/text';
import { visibleControls } from '../../base/visibleControls';
import { buildStatusOf } from '../../computers/buildStatus';
import type { BuildLogBuffer } from './buildLogBuffer';

/** Characters shown of a text that the service sends. */
const maxLength = 2_000;

/** The parts of a build log's page. */
export interface BuildLogParts {
  readonly name: string;
  readonly status: string;
  /** Tells why a build failed; undefined where the list of templates could not be read. */
  readonly template: Pick<CustomTemplate, 'error' | 'failure'> | undefined;
  readonly buffer: Pick<BuildLogBuffer, 'text' | 'isCut'>;
  /** The reason for which the log could not be read last. */
  readonly problem: string | undefined;
}

/** Puts a log's page together: the state, the reason of a failure, then the log, with its control characters visible. */
export function buildLogText({ name, status, template, buffer, problem }: BuildLogParts): string {
  const { label, hasFailed } = buildStatusOf(status);
  const head = [
    t('Template {0}: {1}', printable(name), label()),
    ...(hasFailed && template ? failureLines(template) : []),
    ...(problem === undefined ? [] : [printable(problem)]),
  ];
  const log = [buffer.isCut ? t('The beginning of the log is not shown.') : '', visibleControls(buffer.text)];
  return `${head.join('\n')}\n\n${log.filter(Boolean).join('\n')}`;
}

function failureLines({ error, failure }: Pick<CustomTemplate, 'error' | 'failure'>): string[] {
  const { line, line_number: number, exit_code: exitCode, hint } = failure ?? {};
  const code = shown(line);
  const lines = [
    shown(error) && t('Reason: {0}', shown(error)),
    typeof number === 'number' && (code ? t('Line {0}: {1}', number, code) : t('Line {0}', number)),
    typeof number !== 'number' && code && t('Line: {0}', code),
    typeof exitCode === 'number' && t('Exit code: {0}', exitCode),
    shown(hint) && t('Hint: {0}', shown(hint)),
  ];
  return lines.filter((text): text is string => Boolean(text));
}

function shown(text: string | null | undefined): string {
  return truncate(text ?? '', maxLength);
}

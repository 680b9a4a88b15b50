import { execLimits } from '../../../api/wire';
import { fillScript } from '../../../base/fillScript';
import { countCharacters } from '../../../base/text';
import { minifyScript } from '../../../shell/minifyScript';
import { quote } from '../../../shell/quoting';
import { exportRunId, killScript } from '../runId';
import killRunScript from './killRun.sh';
import readOutputScript from './readOutput.sh';
import startCommandScript from './startCommand.sh';
import storeFilesScript from './storeFiles.sh';
import superviseScript from './supervise.sh';

/**
 * Bytes of one chunk of output. In base64 it is shorter than 16,384 characters, the shortest limit that is known of an
 * answer (the service's MCP server).
 */
const chunkBytes = 8_192;
/** Chunks that wait on the computer to be read, before the command has to wait. */
const maxUnread = 256;
/** Number of the first part of a file: all have as many digits, so that they sort as text. */
const firstPart = 1_000;
/** Characters of {@link execLimits} that a part may have, quoted; the others are for the script around it. */
const maxPartLength = 9_500;

/** Characters of a quote within quotes. */
const quotedQuoteLength = String.raw`'\''`.length;

/** Files that make up a run on the computer. */
export interface RunFiles {
  /** A POSIX script that runs the command. */
  readonly command: string;
  /** Its standard input. */
  readonly input: string;
}

/** The part of a run's output to read: from chunk `next` on, so many chunks at most. Those before it have been read. */
export interface ReadRequest {
  /** The first chunk that may still be on the computer. */
  readonly first: number;
  readonly next: number;
  readonly count: number;
  /** Rounds of 0.2 s to wait for news. */
  readonly rounds: number;
}

/** Scripts that store the files of a run in its folder, each short enough for one exec call. */
export function storeScripts(runId: string, { command, input }: RunFiles): string[] {
  const supervise = minifyScript(superviseScript, { chunkBytes: `${chunkBytes}`, maxUnread: `${maxUnread}` });
  const parts = [
    `printf %s ${quote(supervise)} >supervise`,
    ...partsOf('command', command),
    ...partsOf('input', input),
  ];
  const around = countCharacters(storeScript(runId, ''));
  const scripts: string[] = [];
  let batch: string[] = [];
  for (const part of parts) {
    if (around + countCharacters([...batch, part].join('\n')) > execLimits.length) {
      scripts.push(storeScript(runId, batch.join('\n')));
      batch = [];
    }
    batch.push(part);
  }
  return [...scripts, storeScript(runId, batch.join('\n'))];
}

/** A script that starts the command. Its caller must not repeat it. */
export function startScript(runId: string): string {
  return minifyScript(startCommandScript, { folder: folderOf(runId), exportRunId: exportRunId(runId) });
}

/** A script that prints what is new; runAnswer.ts reads it. */
export function readScript(runId: string, { first, next, count, rounds }: ReadRequest): string {
  return minifyScript(readOutputScript, {
    folder: folderOf(runId),
    first: `${first}`,
    next: `${next}`,
    end: `${next + count}`,
    rounds: `${rounds}`,
  });
}

/** A script that kills the command with all that it started, and removes the files of the run. */
export function endScript(runId: string): string {
  return minifyScript(killRunScript, { folder: folderOf(runId), killByRunId: killScript(runId) });
}

/** A script that removes the files of a run that has ended. */
export function removeScript(runId: string): string {
  return `rm -rf ${folderOf(runId)}`;
}

/** The folder of a run (0700). In /tmp, since the home folder may lie on a volume where small files are slow. */
function folderOf(runId: string): string {
  return `/tmp/celesto-run-${runId}`;
}

function storeScript(runId: string, parts: string): string {
  // Not minified: the parts hold texts of the user.
  return fillScript(storeFilesScript, { folder: folderOf(runId), parts });
}

/** Lines of shell that write a file in parts: `name.1000` and so on. */
function partsOf(name: string, text: string): string[] {
  return split(text).map((part, index) => `printf %s ${quote(part)} >${name}.${firstPart + index}`);
}

/** Splits a text so that each part, quoted, has at most {@link maxPartLength} characters. */
function split(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let size = 0;
  for (const character of text) {
    const cost = character === "'" ? quotedQuoteLength : 1;
    if (size + cost > maxPartLength) {
      parts.push(part);
      [part, size] = ['', 0];
    }
    part += character;
    size += cost;
  }
  return [...parts, part];
}

import { loadavg } from 'node:os';
import { exitOnSignals } from '../../tools/processGroup';
import { ms, printTable } from '../table';
import { Measurements, type PerKind } from './measurements';
import { WindowEnvironment } from './windowEnvironment';
import { terminalKindNames } from './terminalKinds';

const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const rate = (value: number): string => `${value.toFixed(1)} MB/s`;
const count = (value: number): string => String(value);
const load = (): string => loadavg()[0]?.toFixed(1) ?? '';

/** Runs in a network namespace of its own. @param parts of the measurements; all when none is named */
async function main(parts: readonly string[]): Promise<void> {
  exitOnSignals();
  const scene = await WindowEnvironment.start();
  try {
    const window = await scene.openWindow();
    const measures = new Measurements(scene, window);
    const rows: string[][] = [];
    const add = (
      what: string,
      { native, ours }: PerKind,
      show: (value: number) => string,
      goal = '',
    ): void => {
      const measured = (value: number, words: (value: number) => string): string =>
        Number.isNaN(value) ? '' : words(value);
      const share = measured(ours / native, (value) => value.toFixed(2));
      rows.push([what, measured(native, show), show(ours), share, goal]);
    };
    const wanted = (part: string): boolean => parts.length === 0 || parts.includes(part);
    const before = load();
    if (wanted('opening')) {
      for (const roundTrip of [0, 100]) {
        await scene.setRoundTrip(roundTrip);
        const { shown, fresh, warm, second } = await measures.openings(roundTrip === 0 ? 'near' : 'far', 5);
        const at = `, ${roundTrip} ms`;
        add(`fresh window: key to terminal on the screen${at}`, shown, ms, 'at most 220 ms');
        add(`fresh window: key to prompt${at}`, fresh, ms, 'at most 1.00');
        add(`warm window, new connection${at}`, warm, ms, roundTrip === 0 ? 'at most 0.70' : 'at most 0.85');
        add(`second terminal${at}`, second, ms, 'at most 0.50');
      }
    }
    if (wanted('echo')) {
      for (const roundTrip of [0, 50, 200]) {
        await scene.setRoundTrip(roundTrip);
        const echo = await measures.echo(roundTrip === 0 ? 'near' : 'far', 2);
        add(`keystroke to its echo, ${roundTrip} ms`, echo, ms, 'at most 1.00');
      }
    }
    await scene.setRoundTrip(0);
    if (wanted('interrupt'))
      add('Ctrl+C in `yes` to the prompt; ours in tmux', await measures.interrupt(3), ms, 'at most 200 ms');
    scene.configureShells(false, true);
    await window.reload();
    if (wanted('flood-marked')) {
      const { rate: drawn, gap } = await measures.flood(20, 3);
      add('20 MB of base64 by a marked command, drawn', drawn, rate);
      add('… longest gap between frames', gap, ms);
    }
    // What follows is done by plain shells, ours too: tmux would leave out most of a flood, and VS Code sends what a
    // marked command prints back to the extension host.
    scene.configureShells(false, false);
    await window.reload();
    if (wanted('interrupt'))
      add('Ctrl+C in `yes` to the prompt', await measures.interrupt(5), ms, 'at most 200 ms');
    for (const millions of [20, 100, 200]) {
      if (!wanted(`flood-${millions}`)) continue;
      // The other way takes its time, so it is spared the longest.
      const flood = await measures.flood(
        millions,
        millions === 200 ? 1 : 3,
        millions === 200 ? ['ours'] : terminalKindNames,
      );
      add(`${millions} MB of base64, drawn`, flood.rate, rate, 'at least 9 MB/s');
      add('… longest gap between frames', flood.gap, ms, 'at most 50 ms');
      add('… growth of the process that carries it', flood.growth, mb, 'under 16 MiB');
    }
    if (wanted('characters'))
      add('lines broken in 1 MB of mixed UTF-8', await measures.brokenUnicodeLines(1), count, '0');
    if (wanted('killed'))
      add('session killed, told after', await measures.disconnectReport(3), ms, 'at most 300 ms');
    printTable(
      `In a real window, beside ssh in VS Code’s own terminal (load of the machine: ${before} before, ${load()} after)`,
      ['median', 'ssh', 'ours', 'of ssh', 'goal'],
      rows,
    );
  } finally {
    await scene.stop();
  }
}

void main(process.argv.slice(2));

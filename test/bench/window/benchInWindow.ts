import { loadavg } from 'node:os';
import { exitOnSignals } from '../../tools/processGroup';
import { ms, printTable } from '../table';
import { Measurements, type PerKind } from './measurements';
import { terminalKindNames } from './terminalKinds';
import { WindowEnvironment } from './windowEnvironment';

const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const rate = (value: number): string => `${value.toFixed(1)} MB/s`;
const count = (value: number): string => String(value);
const load = (): string => loadavg()[0]?.toFixed(1) ?? '';

/** Runs in a network namespace of its own. @param selected names of the measurements to run; all when empty */
async function main(selected: readonly string[]): Promise<void> {
  exitOnSignals();
  const environment = await WindowEnvironment.start();
  try {
    const window = await environment.openWindow();
    const measurements = new Measurements(environment, window);
    const rows: string[][] = [];
    const add = (
      title: string,
      { native, ours }: PerKind,
      format: (value: number) => string,
      goal = '',
    ): void => {
      const cell = (value: number, format: (value: number) => string): string =>
        Number.isNaN(value) ? '' : format(value);
      const share = cell(ours / native, (value) => value.toFixed(2));
      rows.push([title, cell(native, format), format(ours), share, goal]);
    };
    const isSelected = (part: string): boolean => selected.length === 0 || selected.includes(part);
    const before = load();
    if (isSelected('opening')) {
      for (const roundTrip of [0, 100]) {
        await environment.setRoundTrip(roundTrip);
        const { shown, fresh, warm, second } = await measurements.openings(
          roundTrip === 0 ? 'near' : 'far',
          5,
        );
        const at = `, ${roundTrip} ms`;
        add(`fresh window: key to terminal on the screen${at}`, shown, ms, 'at most 220 ms');
        add(`fresh window: key to prompt${at}`, fresh, ms, 'at most 1.00');
        add(`warm window, new connection${at}`, warm, ms, roundTrip === 0 ? 'at most 0.70' : 'at most 0.85');
        add(`second terminal${at}`, second, ms, 'at most 0.50');
      }
    }
    if (isSelected('echo')) {
      for (const roundTrip of [0, 50, 200]) {
        await environment.setRoundTrip(roundTrip);
        const echo = await measurements.echo(roundTrip === 0 ? 'near' : 'far', 2);
        add(`keystroke to its echo, ${roundTrip} ms`, echo, ms, 'at most 1.00');
      }
    }
    await environment.setRoundTrip(0);
    if (isSelected('interrupt'))
      add(
        'Ctrl+C in `yes` to the prompt; ours in tmux',
        await measurements.interrupt(3),
        ms,
        'at most 200 ms',
      );
    environment.configureShells(false, true);
    await window.reload();
    if (isSelected('flood-marked')) {
      const { rate: drawn, gap } = await measurements.flood(20, 3);
      add('20 MB of base64 by a marked command, drawn', drawn, rate);
      add('… longest gap between frames', gap, ms);
    }
    // The following uses plain shells, also for the extension: tmux leaves out most of a flood, and with shell
    // integration VS Code sends the output of a command back to the extension host.
    environment.configureShells(false, false);
    await window.reload();
    if (isSelected('interrupt'))
      add('Ctrl+C in `yes` to the prompt', await measurements.interrupt(5), ms, 'at most 200 ms');
    for (const millions of [20, 100, 200]) {
      if (!isSelected(`flood-${millions}`)) continue;
      // `ssh` is slow, so the longest flood leaves it out.
      const flood = await measurements.flood(
        millions,
        millions === 200 ? 1 : 3,
        millions === 200 ? ['ours'] : terminalKindNames,
      );
      add(`${millions} MB of base64, drawn`, flood.rate, rate, 'at least 9 MB/s');
      add('… longest gap between frames', flood.gap, ms, 'at most 50 ms');
      add('… growth of the process that carries it', flood.growth, mb, 'under 16 MiB');
    }
    if (isSelected('characters'))
      add('lines broken in 1 MB of mixed UTF-8', await measurements.brokenUnicodeLines(1), count, '0');
    if (isSelected('killed'))
      add('session killed, reported after', await measurements.disconnectReport(3), ms, 'at most 300 ms');
    printTable(
      `In a real window, beside ssh in VS Code’s own terminal (load of the machine: ${before} before, ${load()} after)`,
      ['median', 'ssh', 'ours', 'of ssh', 'goal'],
      rows,
    );
  } finally {
    await environment.stop();
  }
}

void main(process.argv.slice(2));

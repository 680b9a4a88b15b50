import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Machine } from './machine';

/** `read_only`: the client sees the display; `read_write`: it uses keyboard, mouse and clipboard as well. */
export type DisplayMode = 'read_only' | 'read_write';

/**
 * Script of a display. It starts an X server under a free number, with no socket but the one in its /tmp, and a terminal
 * that fills it; prints the display's name; and ends both with its standard input, which ends with the emulator.
 * 133 × 46 characters of xterm's own font, 6 × 13 pixels each, fill 800 × 600 pixels.
 */
const script = `
exec 4< <(exec Xvfb -displayfd 1 -screen 0 800x600x24 -nolisten tcp -nolisten local -noreset 2>/dev/null)
server=$!
read -r number <&4 || { echo "Xvfb did not start" >&2; exit 1; }
export DISPLAY=":$number"
while xterm -geometry 133x46+0+0 -b 0 -bw 0; do :; done >/dev/null 2>&1 4<&- &
echo "$DISPLAY"
read -r _
kill "$server"
`;

/** Starts a VNC server for one client on descriptor 3. It listens on no port. */
const vncServer = (display: string, mode: DisplayMode): string =>
  [
    `exec x11vnc -inetd -display ${display} -shared -nopw -norc -quiet -nolookup -defer 10 -wait 10`,
    mode === 'read_only' ? '-viewonly' : '',
    '<&3 >&3 2>/dev/null',
  ].join(' ');

/** The display of a running computer, on which a terminal runs. It ends with the computer. */
export class Display {
  private constructor(
    private readonly machine: Machine,
    private readonly power: AbortSignal,
    private readonly name: string,
  ) {}

  /** Starts a display. @param power aborted when the computer goes down */
  static async start(machine: Machine, power: AbortSignal): Promise<Display> {
    const { file, args, env, cwd } = machine.shell(script);
    const child = spawn(file, args, { env, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const errors = text(child.stderr);
    child.stdin.on('error', () => undefined);
    power.addEventListener('abort', () => child.stdin.end(), { once: true });
    await once(child, 'spawn');
    for await (const name of createInterface(child.stdout)) return new Display(machine, power, name);
    throw new Error((await errors).trim());
  }

  /** Connects a client in a mode. @returns its stream of the RFB protocol */
  connect(mode: DisplayMode): Duplex {
    const { file, args, env, cwd } = this.machine.shell(vncServer(this.name, mode));
    const child = spawn(file, args, {
      env,
      cwd,
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const stream = child.stdio[3] as Duplex;
    const end = (): void => void stream.destroy();
    child.once('error', end);
    child.once('exit', end);
    this.power.addEventListener('abort', end, { once: true });
    stream.once('close', () => this.power.removeEventListener('abort', end));
    return stream;
  }
}

import type { WebSocket } from 'ws';
import { ApiError } from './computer';
import type { ComputerStateMachine } from './computerStateMachine';
import type { Features } from './features';
import type { GatewayEndpoint, Serve } from './gateway';
import { type Grant, Grants } from './grants';
import type { Display, DisplayMode } from './sandbox/display';

/** Unsent bytes above which the VNC server of a client is paused. */
const highWatermark = 1024 * 1024;

interface Access {
  readonly display: Display;
  readonly mode: DisplayMode;
}

/** The endpoint that connects clients to displays of computers, each in the mode of its token. */
export class Displays implements GatewayEndpoint {
  readonly path = '/gateway/display';
  private readonly grants: Grants<Access>;

  constructor(features: Features) {
    this.grants = new Grants(features);
  }

  /**
   * Grants a client access to the display of a running computer, which is started by the first one.
   * @throws ApiError 503 when this machine lacks the programs of a display
   */
  async grant(computer: ComputerStateMachine, mode: DisplayMode): Promise<Grant> {
    const sandbox = computer.requireRunning('has no display now');
    try {
      return this.grants.add({ display: await sandbox.display(), mode });
    } catch (error) {
      throw new ApiError(503, `The display did not start: ${String(error)}`);
    }
  }

  redeem({ token = '' }: Readonly<Record<string, string>>): Serve | undefined {
    const access = this.grants.redeem(token);
    return access && ((socket) => serve(socket, access));
  }
}

/** Copies bytes of the RFB protocol both ways, each message of the WebSocket being a piece of the stream. */
function serve(socket: WebSocket, { display, mode }: Access): void {
  const vnc = display.connect(mode);
  vnc.on('data', (bytes: Buffer) => {
    socket.send(bytes, () => {
      if (socket.bufferedAmount < highWatermark) vnc.resume();
    });
    if (socket.bufferedAmount >= highWatermark) vnc.pause();
  });
  // The end of either side is that of the other. An error is followed by 'close'.
  vnc.on('error', () => undefined);
  vnc.once('close', () => socket.close(1001, 'the display has ended'));
  socket.on('message', (bytes) => vnc.write(bytes));
  socket.on('error', () => undefined);
  socket.once('close', () => vnc.destroy());
}

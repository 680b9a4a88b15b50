import { once } from 'node:events';
import { after } from 'node:test';
import { WebSocket } from 'ws';
import { until } from '../harness/until';
import type { EmulatorHarness } from './emulatorHarness';
import type { DisplayMode } from './sandbox/display';

/** The service's answer to a request for a display. */
export interface DisplayGrant {
  gateway_url: string;
  token: string;
  expires_at: string;
  mode: DisplayMode;
}

/** Requests access to the display of a computer. */
export async function grantDisplay(
  harness: EmulatorHarness,
  id: string,
  mode?: DisplayMode,
): Promise<DisplayGrant> {
  const body = mode === undefined ? undefined : { mode };
  return (await harness.call<DisplayGrant>('POST', '/v1/computers/{computer_id}/display', { id, body })).body;
}

const bytesPerPixel = 4;

/** A client of the RFB protocol 3.8 (RFC 6143) that knows no authentication and raw pixels alone. */
export class RfbClient {
  width = 0;
  height = 0;
  private received = Buffer.alloc(0);
  private isClosed = false;

  private constructor(readonly socket: WebSocket) {
    after(() => socket.terminate());
    socket.on('message', (data) => (this.received = Buffer.concat([this.received, data as Buffer])));
    // The close event follows.
    socket.on('error', () => undefined);
    socket.once('close', () => (this.isClosed = true));
  }

  /** @throws with the HTTP status if the gateway refuses */
  static async open({ gateway_url, token }: DisplayGrant): Promise<RfbClient> {
    const url = new URL(gateway_url);
    url.searchParams.set('token', token);
    const client = new RfbClient(new WebSocket(url, { perMessageDeflate: false }));
    await once(client.socket, 'open');
    await client.shakeHands();
    return client;
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<unknown> {
    return until('the connection to be closed', () => this.isClosed);
  }

  /** Types characters of ASCII, whose key symbols of X11 are their codes; a line feed is the Return key. */
  type(text: string): void {
    for (const character of text) {
      const key = character === '\n' ? 0xff0d : character.charCodeAt(0);
      for (const isDown of [1, 0]) {
        const event = Buffer.from([4, isDown, 0, 0, 0, 0, 0, 0]);
        event.writeUInt32BE(key, 4);
        this.socket.send(event);
      }
    }
  }

  /** Reads all pixels as they are now. */
  async pixels(): Promise<Buffer> {
    const request = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    request.writeUInt16BE(this.width, 6);
    request.writeUInt16BE(this.height, 8);
    this.socket.send(request);
    const pixels = Buffer.alloc(this.width * this.height * bytesPerPixel);
    while (!(await this.readMessage(pixels)));
    return pixels;
  }

  /** Waits until the pixels stay the same. @returns them */
  async stillPixels(): Promise<Buffer> {
    let before = await this.pixels();
    return until('the display to be still', async () => {
      const now = await this.pixels();
      const isStill = now.equals(before);
      before = now;
      return isStill ? now : undefined;
    });
  }

  /** Waits until pixels differ. */
  async waitForChange(from: Buffer): Promise<void> {
    await until('the display to change', async () => !(await this.pixels()).equals(from));
  }

  private async shakeHands(): Promise<void> {
    const version = (await this.read(12)).toString();
    if (version !== 'RFB 003.008\n') throw new Error(`Not the version of the protocol: ${version}`);
    this.socket.send(Buffer.from(version));
    const [count = 0] = await this.read(1);
    await this.read(count);
    this.socket.send(Buffer.from([1])); // No authentication.
    await this.read(4);
    this.socket.send(Buffer.from([1])); // Others may be connected as well.
    const init = await this.read(24);
    this.width = init.readUInt16BE(0);
    this.height = init.readUInt16BE(2);
    await this.read(init.readUInt32BE(20));
    this.socket.send(Buffer.from([2, 0, 0, 1, 0, 0, 0, 0])); // Raw pixels alone.
  }

  /** @returns true for an update of the display, which is copied into `pixels` */
  private async readMessage(pixels: Buffer): Promise<boolean> {
    const [type = 0] = await this.read(1);
    if (type === 3) {
      const length = (await this.read(7)).readUInt32BE(3);
      await this.read(length);
    }
    if (type !== 0) return false;
    const count = (await this.read(3)).readUInt16BE(1);
    for (let index = 0; index < count; index += 1) await this.readRectangle(pixels);
    return true;
  }

  private async readRectangle(pixels: Buffer): Promise<void> {
    const head = await this.read(12);
    const [x, y, width, height] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at)) as [
      ...[number, number, number, number],
    ];
    const content = await this.read(width * height * bytesPerPixel);
    for (let row = 0; row < height; row += 1) {
      const start = row * width * bytesPerPixel;
      content.copy(
        pixels,
        ((y + row) * this.width + x) * bytesPerPixel,
        start,
        start + width * bytesPerPixel,
      );
    }
  }

  private async read(length: number): Promise<Buffer> {
    await until(`${length} bytes`, () => this.received.length >= length);
    const bytes = this.received.subarray(0, length);
    this.received = this.received.subarray(length);
    return bytes;
  }
}

import type { RawChannel } from '@novnc/novnc';

/** The connection that noVNC uses in place of a WebSocket: the extension host relays it. It is open from the start. */
export class HostChannel implements RawChannel {
  binaryType = 'arraybuffer';
  readonly protocol = '';
  readyState = 'open';
  onopen: RawChannel['onopen'] = null;
  onmessage: RawChannel['onmessage'] = null;
  onclose: RawChannel['onclose'] = null;
  onerror: RawChannel['onerror'] = null;
  /** Posts bytes to the extension host. */
  readonly send: (bytes: Uint8Array) => void;
  /** Ends the connection; noVNC hears of it once it has returned. */
  readonly close: () => void;

  constructor(post: (bytes: Uint8Array<ArrayBuffer>) => void) {
    // A copy: noVNC uses its buffer again, and all of a buffer would be posted.
    this.send = (bytes) => {
      if (this.readyState === 'open') post(bytes.slice());
    };
    this.close = () => {
      if (this.readyState === 'closed') return;
      this.readyState = 'closed';
      queueMicrotask(() => this.onclose?.({}));
    };
  }

  /** @throws what noVNC throws at bytes that are no RFB */
  receive(bytes: Uint8Array): void {
    if (this.readyState === 'open') this.onmessage?.({ data: bytes.slice().buffer });
  }
}

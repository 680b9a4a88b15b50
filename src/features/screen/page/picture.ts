import RFB from '@novnc/novnc';
import type { PageFailure } from '../messages';
import { HostChannel } from './hostChannel';

/** Pixels of the largest screen that is shown: 8K UHD. noVNC takes 8 bytes for each. */
const maxPixels = 7680 * 4320;
/** Characters of a text that is kept until the user copies it: no more than the clipboard takes. */
const maxCutTextLength = 1024 * 1024;
/** Key symbols of X11 of the keys that a shortcut of the page leaves pressed. */
const modifiers = { ControlLeft: 0xffe3, ControlRight: 0xffe4, AltLeft: 0xffe9, AltRight: 0xffea };

/** noVNC's client, which takes no memory for a screen that is too large. */
class BoundedRfb extends RFB {
  onTooLarge: () => void = () => undefined;

  protected override _resize(width: number, height: number): void {
    if (width * height > maxPixels) {
      this.onTooLarge();
      throw new RangeError();
    }
    super._resize(width, height);
  }
}

export interface PictureEvents {
  send(bytes: Uint8Array<ArrayBuffer>): void;
  received(count: number): void;
  connected(): void;
  failed(reason: PageFailure): void;
}

/** The picture of one connection. */
export class Picture {
  private readonly channel: HostChannel;
  private readonly rfb: BoundedRfb;
  private isOver = false;
  /** The last text that was copied on the computer. It stays here until the user asks for it. */
  private cutText = '';

  constructor(
    element: HTMLElement,
    label: string,
    isControlled: boolean,
    private readonly events: PictureEvents,
  ) {
    this.channel = new HostChannel((bytes) => events.send(bytes));
    this.rfb = new BoundedRfb(element, this.channel);
    this.rfb.viewOnly = !isControlled;
    this.rfb.scaleViewport = true;
    this.rfb.showDotCursor = isControlled;
    this.rfb.background = 'transparent';
    this.rfb.onTooLarge = () => this.fail('tooLarge');
    this.rfb.addEventListener('connect', () => events.connected());
    this.rfb.addEventListener('disconnect', () => this.fail('unreadable'));
    this.rfb.addEventListener('securityfailure', () => this.fail('unreadable'));
    this.rfb.addEventListener('credentialsrequired', () => this.fail('password'));
    this.rfb.addEventListener('clipboard', (event) => this.keepCutText(event));
    const canvas = element.querySelector('canvas');
    canvas?.setAttribute('role', 'img');
    canvas?.setAttribute('aria-label', label);
  }

  get copiedText(): string {
    return this.cutText;
  }

  receive(bytes: Uint8Array): void {
    try {
      this.channel.receive(bytes);
      this.events.received(bytes.byteLength);
    } catch {
      this.fail('unreadable');
    }
  }

  focus(): void {
    this.rfb.focus();
  }

  paste(text: string): void {
    this.rfb.clipboardPasteFrom(text);
  }

  /** Passes no more input on, until the host has replaced the connection. */
  ignoreInput(): void {
    for (const [code, keysym] of Object.entries(modifiers)) this.rfb.sendKey(keysym, code, false);
    this.rfb.viewOnly = true;
  }

  /** Ends the connection; nothing is told of it. */
  end(): void {
    this.isOver = true;
    this.rfb.disconnect();
  }

  private fail(reason: PageFailure): void {
    if (this.isOver) return;
    this.end();
    this.events.failed(reason);
  }

  private keepCutText(event: Event): void {
    const { text } = (event as CustomEvent<{ text: string }>).detail;
    this.cutText = text.length <= maxCutTextLength ? text : '';
  }
}

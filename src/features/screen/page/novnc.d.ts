/** The part of noVNC 1.7.0 that the page uses. */
declare module '@novnc/novnc' {
  /** A connection that behaves as a WebSocket; noVNC sets the handlers. */
  export interface RawChannel {
    binaryType: string;
    readonly protocol: string;
    readonly readyState: string;
    onopen: (() => void) | null;
    onmessage: ((event: { readonly data: ArrayBuffer }) => void) | null;
    onclose: ((event: { readonly code?: number }) => void) | null;
    onerror: ((event: unknown) => void) | null;
    send(bytes: Uint8Array): void;
    close(): void;
  }

  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: RawChannel, options?: { readonly shared?: boolean });
    viewOnly: boolean;
    scaleViewport: boolean;
    showDotCursor: boolean;
    background: string;
    focus(options?: FocusOptions): void;
    disconnect(): void;
    sendKey(keysym: number, code: string, down: boolean): void;
    clipboardPasteFrom(text: string): void;

    /** Called with the size of the screen before memory is taken for it. Not part of noVNC's public interface. */
    protected _resize(width: number, height: number): void;
  }
}

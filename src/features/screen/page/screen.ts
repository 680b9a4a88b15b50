/** Draws the screen of a computer with noVNC. Everything comes from, and goes to, the extension host by messages. */
import type { Button, ButtonId, HostMessage, PageMessage, ScreenView } from '../messages';
import { Picture } from './picture';

declare function acquireVsCodeApi(): { postMessage(message: PageMessage): void };

const host = acquireVsCodeApi();
const [nameElement, statusElement, buttonsElement, pictureElement] = [
  ...['name', 'status', 'buttons', 'picture'].map(elementOf),
] as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];

let picture: { readonly connection: number; readonly of: Picture } | undefined;
let view: ScreenView | undefined;
/** The next button gets the focus: that of the user was on the screen, or on a button that is gone. */
let isFocusDue = false;

function elementOf(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(id);
  return element;
}

function show(next: ScreenView): void {
  view = next;
  document.body.dataset.kind = next.kind;
  nameElement.textContent = next.name;
  statusElement.textContent = next.status;
  buttonsElement.replaceChildren(...next.buttons.map(buttonFor));
  const button = buttonsElement.querySelector('button');
  if (next.kind === 'controlling') picture?.of.focus();
  else if (isFocusDue && document.hasFocus()) button?.focus();
  if (button) isFocusDue = false;
}

function buttonFor({ id, label }: Button): HTMLButtonElement {
  const button = document.createElement('button');
  button.textContent = label;
  button.addEventListener('click', () => press(id));
  return button;
}

function press(button: ButtonId): void {
  if (button === 'copy') host.postMessage({ type: 'copy', text: picture?.of.copiedText ?? '' });
  else host.postMessage({ type: 'press', button });
  isFocusDue = button !== 'copy' && button !== 'paste';
  if (view?.kind === 'controlling') picture?.of.focus();
}

function connect(connection: number, isControlled: boolean): void {
  picture?.of.end();
  const of = new Picture(pictureElement, view?.pictureLabel ?? '', isControlled, {
    send: (bytes) => host.postMessage({ type: 'send', connection, bytes }),
    received: (count) => host.postMessage({ type: 'received', connection, count }),
    connected: () => host.postMessage({ type: 'connected', connection }),
    failed: (reason) => host.postMessage({ type: 'failed', connection, reason }),
  });
  picture = { connection, of };
}

function receive(message: HostMessage): void {
  switch (message.type) {
    case 'show': {
      show(message.view);
      return;
    }
    case 'connect': {
      connect(message.connection, message.isControlled);
      return;
    }
    case 'receive':
      if (picture?.connection === message.connection) picture.of.receive(message.bytes);
      return;
    case 'disconnect':
      if (picture?.connection !== message.connection) return;
      picture.of.end();
      picture = undefined;
      return;
    case 'paste':
      picture?.of.paste(message.text);
      return;
  }
}

/** Takes the user's hands off the computer at once; the host follows with a connection that only views it. */
function release(): void {
  picture?.of.ignoreInput();
  press('releaseControl');
}

window.addEventListener('message', ({ data }: MessageEvent<HostMessage>) => receive(data));
window.addEventListener('blur', () => {
  // Later than noVNC's own listener, which lets go of the pressed keys.
  setTimeout(() => {
    if (view?.kind === 'controlling') picture?.of.ignoreInput();
    host.postMessage({ type: 'blur' });
  });
});
// Before noVNC, which keeps every key: the keyboard needs a way out.
window.addEventListener(
  'keydown',
  (event) => {
    if (!(event.ctrlKey && event.altKey && event.key === 'Home') || view?.kind !== 'controlling') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    release();
  },
  { capture: true },
);
host.postMessage({ type: 'ready' });

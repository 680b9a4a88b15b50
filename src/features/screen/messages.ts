import * as v from 'valibot';

/** Bytes of text that the clipboard takes from a screen, or gives to it. */
export const maxClipboardBytes = 1024 * 1024;

/** Bytes of one message of the page: noVNC sends pieces of 10 KB. */
const maxSentBytes = 64 * 1024;

const buttons = ['takeControl', 'releaseControl', 'copy', 'paste', 'reconnect', 'start'] as const;
export type ButtonId = (typeof buttons)[number];

const failures = ['tooLarge', 'password', 'unreadable'] as const;
/** Reasons for which the page has ended a connection by itself. */
export type PageFailure = (typeof failures)[number];

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Number of a connection: what belongs to an earlier one is dropped. */
const connection = count;

/** A message of the page, which shows what a computer sends and is not trusted. */
export const pageMessage = v.variant('type', [
  /** The page was loaded, for the first time or again. */
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('press'), button: v.picklist(buttons) }),
  /** The page has lost the focus. */
  v.object({ type: v.literal('blur') }),
  v.object({ type: v.literal('copy'), text: v.string() }),
  v.object({ type: v.literal('connected'), connection }),
  v.object({ type: v.literal('failed'), connection, reason: v.picklist(failures) }),
  v.object({
    type: v.literal('send'),
    connection,
    bytes: v.pipe(
      v.instance(Uint8Array),
      v.check(({ byteLength }) => byteLength <= maxSentBytes),
    ),
  }),
  v.object({ type: v.literal('received'), connection, count }),
]);
export type PageMessage = v.InferOutput<typeof pageMessage>;

export interface Button {
  readonly id: ButtonId;
  readonly label: string;
}

/** The page's frame around the picture. Texts are translated, and shown as they are. */
export interface ScreenView {
  readonly name: string;
  /** Name of the picture for screen readers. */
  readonly pictureLabel: string;
  /** `message`: no picture, a text in its place. */
  readonly kind: 'message' | 'viewing' | 'controlling';
  readonly status: string;
  readonly buttons: readonly Button[];
}

/** A message for the page. None holds an address or a token. */
export type HostMessage =
  | { readonly type: 'show'; readonly view: ScreenView }
  | { readonly type: 'connect'; readonly connection: number; readonly isControlled: boolean }
  | { readonly type: 'receive'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'disconnect'; readonly connection: number }
  | { readonly type: 'paste'; readonly text: string };

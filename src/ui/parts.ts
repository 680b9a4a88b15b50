import type * as vscode from 'vscode';
import type { PublishedPort } from '../api/wire';
import type { Computer } from '../computers/computer';
import type { Forward } from '../features/ports/forward';
import type { KeptShell } from '../shell/shellListing';
import type { Event } from '../base/emitter';

/** The words that package.json's menus look for below a computer. */
export const partWords = [
  'openTerminal',
  'forwardedPort',
  'publishedPort',
  'publicAddress',
  'keptShell',
] as const;
export type PartWord = (typeof partWords)[number];

/** What a line below a computer looks like. Plain texts: none of them may be rendered as trusted Markdown. */
export interface PartLook {
  /** Stays the same for as long as the thing is there; no other thing of the computer has it. */
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** For screen readers. */
  readonly spoken: string;
  readonly icon: string;
  readonly capabilities: readonly PartWord[];
}

export interface TerminalPart extends PartLook {
  readonly kind: 'terminal';
  readonly terminal: vscode.Terminal;
}

export interface ForwardPart extends PartLook {
  readonly kind: 'forward';
  readonly forward: Forward;
}

export interface PublishedPart extends PartLook {
  readonly kind: 'published';
  readonly published: PublishedPort;
}

/** A shell that is kept on the computer while no terminal shows it. */
export interface ShellPart extends PartLook {
  readonly kind: 'shell';
  readonly shell: KeptShell;
}

/** What belongs to a computer and has a line below it. */
export type Part = ShellPart | TerminalPart | ForwardPart | PublishedPart;

/** Tells the parts of one kind. */
export interface PartSource {
  /** Fires with the id of a computer whose parts have changed otherwise than with the computer itself. */
  readonly onDidChange: Event<string>;
  of(computer: Computer): readonly Part[];
}

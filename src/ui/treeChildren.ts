import type { Computer } from '../computers/computer';
import type { Event } from '../base/emitter';

/** The words that package.json's menus look for below a computer. */
export const childContexts = [
  'openTerminal',
  'forwardedPort',
  'publishedPort',
  'publicAddress',
  'keptShell',
] as const;
export type ChildContext = (typeof childContexts)[number];

/** What a line below a computer looks like. Plain texts: none of them may be rendered as trusted Markdown. */
export interface ChildAppearance {
  /** Stays the same for as long as the thing is there; no other thing of the computer has it. */
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** For screen readers. */
  readonly ariaLabel: string;
  readonly icon: string;
  readonly contextValues: readonly ChildContext[];
}

/** A line below a computer. The feature that it belongs to adds the thing itself. */
export interface TreeChild extends ChildAppearance {
  readonly kind: 'terminal' | 'shell' | 'forward' | 'published';
  /** The command that a click runs, with the line as its argument. Without it a click only selects. */
  readonly command?: { readonly title: string; readonly command: string };
}

/** Tells the parts of one kind. */
export interface ChildProvider {
  /** Fires with the id of a computer whose parts have changed otherwise than with the computer itself. */
  readonly onDidChange: Event<string>;
  childrenOf(computer: Computer): readonly TreeChild[];
}

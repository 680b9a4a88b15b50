import type { Event } from '../base/emitter';
import type { Computer } from '../computers/computer';

/** The context values of tree children, for the `viewItem` clauses of package.json's menus. */
export const childContexts = [
  'openTerminal',
  'forwardedPort',
  'publishedPort',
  'publicAddress',
  'reachablePort',
  'keptShell',
] as const;
export type ChildContext = (typeof childContexts)[number];

/** All that is drawn of a tree child. Plain text: none of it may be rendered as trusted Markdown. */
export interface ChildAppearance {
  /** Identifies the child among those of its computer, for as long as it exists. */
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** Text for screen readers. */
  readonly ariaLabel: string;
  /** The id of a codicon. */
  readonly icon: string;
  readonly contextValues: readonly ChildContext[];
}

/** A tree item below a computer. The feature that provides it adds the object that it stands for. */
export interface TreeChild extends ChildAppearance {
  readonly kind: 'terminal' | 'shell' | 'forward' | 'published';
  /** Runs on a click, with the tree node as its argument. Without it a click only selects. */
  readonly command?: { readonly title: string; readonly command: string };
}

/** Provides the tree children of one kind. */
export interface ChildProvider {
  /** Fires with the id of a computer whose children have changed while the computer itself has not. */
  readonly onDidChange: Event<string>;
  childrenOf(computer: Computer): readonly TreeChild[];
}

import type { Computer } from '../computers/computer';
import type { Part } from './parts';

/** A line of the tree. The same object stands for the same computer for as long as it is in the list. */
export type TreeNode = ComputerNode | GroupNode | PartNode;

export class ComputerNode {
  /** The lines below it, as they were drawn last. */
  parts: readonly PartNode[] = [];

  constructor(public computer: Computer) {}
}

/** A line below a computer; the same object for as long as the thing is there. */
export class PartNode {
  constructor(
    readonly parent: ComputerNode,
    public part: Part,
  ) {}
}

export class GroupNode {
  children: ComputerNode[] = [];

  constructor(
    readonly key: string,
    readonly label: string,
  ) {}
}

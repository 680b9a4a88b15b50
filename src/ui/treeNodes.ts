import type { Computer } from '../computers/computer';
import type { TreeChild } from './treeChildren';

/** A line of the tree. The same object stands for the same computer for as long as it is in the list. */
export type TreeNode = ComputerNode | GroupNode | ChildNode;

export class ComputerNode {
  /** The lines below it, as they were drawn last. */
  children: readonly ChildNode[] = [];

  constructor(public computer: Computer) {}
}

/** A line below a computer; the same object for as long as the thing is there. */
export class ChildNode {
  constructor(
    readonly parent: ComputerNode,
    public child: TreeChild,
  ) {}
}

export class GroupNode {
  children: ComputerNode[] = [];

  constructor(
    readonly key: string,
    readonly label: string,
  ) {}
}

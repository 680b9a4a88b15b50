import type { Computer } from '../computers/computer';
import type { TreeChild } from './treeChildren';

/** A node of the tree. One object stands for one computer for as long as the computer is in the list. */
export type TreeNode = ComputerNode | GroupNode | ChildNode;

export class ComputerNode {
  /** Its child nodes as last drawn. */
  children: readonly ChildNode[] = [];

  constructor(public computer: Computer) {}
}

/** A node below a computer, the same object for as long as its child exists. */
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

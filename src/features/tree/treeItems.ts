import * as vscode from 'vscode';
import { computerItemText } from '../../ui/computerItemText';
import type { TreeChild } from '../../ui/treeChildren';
import { ChildNode, type ComputerNode, GroupNode, type TreeNode } from '../../ui/treeNodes';

/** A command that a click runs, and its argument. */
export interface Click {
  readonly title: string;
  readonly command: string;
  readonly argument: unknown;
}

/** Makes the item of a node, without tooltip and command. */
export function treeItem(node: TreeNode, hasChildren: boolean): vscode.TreeItem {
  if (node instanceof GroupNode) return groupItem(node);
  return node instanceof ChildNode ? childItem(node) : computerItem(node, hasChildren);
}

/** Finds the command that a click on a node runs. */
export function clickOf(node: TreeNode): Click | undefined {
  if (node instanceof GroupNode) return undefined;
  if (node instanceof ChildNode) return node.child.command && { ...node.child.command, argument: node };
  const argument = { computerId: node.computer.id };
  return { title: vscode.l10n.t('Open Terminal'), command: 'celesto.open', argument };
}

/** Joins all that is drawn of a child into a key that changes when the item has to be drawn again. */
export function drawnKey(child: TreeChild): string {
  const { label, description, tooltip, ariaLabel, icon, contextValues } = child;
  return JSON.stringify([label, description, tooltip, ariaLabel, icon, contextValues]);
}

function computerItem({ computer }: ComputerNode, hasChildren: boolean): vscode.TreeItem {
  const { label, description, icon, color, contextValue, ariaLabel } = computerItemText(computer);
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, hasChildren ? Collapsed : None);
  item.id = computer.id;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.contextValue = contextValue;
  item.accessibilityInformation = { label: ariaLabel };
  return item;
}

function childItem({ parent, child }: ChildNode): vscode.TreeItem {
  const item = new vscode.TreeItem(child.label);
  item.id = `${parent.computer.id} ${child.key}`;
  item.description = child.description;
  item.tooltip = child.tooltip;
  item.iconPath = new vscode.ThemeIcon(child.icon);
  item.contextValue = child.contextValues.join(' ');
  item.accessibilityInformation = { label: child.ariaLabel };
  return item;
}

function groupItem({ key, label, children }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group ${key}`;
  item.description = String(children.length);
  item.contextValue = 'group';
  return item;
}

import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import { type Fact, factsOf } from '../../ui/computerFacts';

/** Makes the tooltip of a computer: its name, its facts, its live metrics. Server text is never taken for Markdown. */
export function computerTooltip(computer: Computer, metrics: readonly Fact[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown('**').appendText(computer.name).appendMarkdown('**\n\n');
  for (const [label, value] of [...factsOf(computer), ...metrics]) {
    markdown.appendText(`${label}: `).appendText(value).appendMarkdown('  \n');
  }
  return markdown;
}

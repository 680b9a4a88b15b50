import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { escapeIcons } from '../base/text';
import type { Size } from '../shell/shellSession';
import { DrawAcks } from './drawAcks';
import { TerminalMessages } from './terminalMessages';

/** Milliseconds until VS Code has surely set the initial title of a tab; it drops one that is set earlier. */
const initialTitleDelayMs = 1_000;

/** The half of a terminal that faces VS Code: output, title, size and the end, also before VS Code opens the tab. */
export abstract class BasePseudoterminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly closes = new vscode.EventEmitter<number | undefined>();
  private readonly titles = new vscode.EventEmitter<string>();
  /** VS Code ignores events that fire before it opens the tab. */
  private earlyOutput = '';
  private earlyEnd: { readonly code: number | undefined } | undefined;
  private title: string | undefined;

  readonly onDidWrite = this.writes.event;
  readonly onDidClose = this.closes.event as vscode.Pseudoterminal['onDidClose'];
  readonly onDidChangeName = this.titles.event;

  protected readonly acks = new DrawAcks();
  protected readonly messages = new TerminalMessages((text) => this.draw(text));
  protected size: Size = { rows: 24, columns: 80 };
  protected isOpen = false;
  protected isClosed = false;

  constructor(protected readonly clock: Clock) {}

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    this.isOpen = true;
    this.resize(dimensions ?? this.size);
    if (this.earlyOutput) this.draw(this.earlyOutput);
    this.earlyOutput = '';
    if (this.earlyEnd) this.closes.fire(this.earlyEnd.code);
    this.onOpen();
    void this.clock.delay(initialTitleDelayMs).then(() => this.repeatTitle());
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.acks.close();
    this.onClose();
  }

  setDimensions(dimensions: vscode.TerminalDimensions): void {
    this.resize(dimensions);
  }

  handleInput(input: string): void {
    const typed = this.acks.consume(input);
    if (typed !== '') this.onInput(typed);
  }

  protected abstract onOpen(): void;
  /** Called once, when the user or the window closes the tab. */
  protected abstract onClose(): void;
  protected abstract onInput(text: string): void;

  protected resize({ rows, columns }: Size): void {
    this.size = { rows, columns };
  }

  protected draw(text: string): void {
    if (this.isOpen) this.writes.fire(text);
    else this.earlyOutput += text;
  }

  protected setTitle(title: string): void {
    this.title = escapeIcons(title);
    if (!this.isClosed) this.titles.fire(this.title);
  }

  /** Closes the tab. VS Code shows an exit code other than 0 in a notification. */
  protected end(code: number | undefined): void {
    this.isClosed = true;
    this.acks.close();
    if (this.isOpen) this.closes.fire(code);
    else this.earlyEnd = { code };
  }

  private repeatTitle(): void {
    if (this.title !== undefined && !this.isClosed) this.titles.fire(this.title);
  }
}

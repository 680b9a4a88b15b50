/** Storage that outlives the window or the workspace session. VS Code's Memento has this shape. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

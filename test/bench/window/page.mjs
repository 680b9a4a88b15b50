/* global addEventListener, document, performance, requestAnimationFrame */
// Runs in the window of VS Code: notes when a key was pressed, and in which frame the terminal shows what is waited for.
// The object of the terminal emulator hangs on the element of its terminal.
globalThis.bench = (() => {
  /** Milliseconds after which nothing is waited for any more. */
  const patience = 120_000;
  const watched = [];
  let begun;
  let feeds = 0;
  let strange = 0;
  for (const kind of ['keydown', 'mousedown'])
    addEventListener(kind, ({ timeStamp }) => (begun = timeStamp), { capture: true });

  const wrapper = () => document.querySelector('.terminal-wrapper.active');
  const emulator = () => wrapper()?.xterm;
  const lineAt = (terminal, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '';
  const cursorRow = (terminal) => terminal.buffer.active.baseY + terminal.buffer.active.cursorY;

  /** What stands before the cursor in its line. */
  function cursorLine() {
    const terminal = emulator();
    if (!terminal) return '';
    const { baseY, cursorX, cursorY } = terminal.buffer.active;
    return terminal.buffer.active.getLine(baseY + cursorY)?.translateToString(false, 0, cursorX) ?? '';
  }

  function holder(wish) {
    const line = wish.line && new RegExp(wish.line);
    const first = emulator();
    const row = first && cursorRow(first);
    return () =>
      (wish.terminals === undefined ||
        (document.querySelectorAll('.terminal-wrapper').length >= wish.terminals &&
          wrapper()?.getBoundingClientRect().height > 0)) &&
      (!wish.feeds || feeds >= wish.feeds) &&
      (!wish.moved || emulator() !== first || cursorRow(first) !== row) &&
      (!line || line.test(cursorLine()));
  }

  async function firstFrame(wish, holds) {
    const end = performance.now() + patience;
    let gap = 0;
    let last;
    for (;;) {
      const now = await new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
      if (begun !== undefined) {
        if (last !== undefined) gap = Math.max(gap, now - last);
        last = now;
        if (holds()) return { time: now - begun, gap };
      }
      if (now > end)
        throw new Error(`Not seen: ${JSON.stringify(wish)}; ${feeds} lines were drawn, now: ${cursorLine()}`);
    }
  }

  return {
    /** Time counts from now, not from a key. */
    begin: () => void (begun = performance.now()),

    /** Counts the line feeds of the terminal that shows, and the lines that are none of those expected. */
    listen: (expected) => {
      feeds = strange = 0;
      const known = expected && new Set(expected);
      const terminal = emulator();
      terminal.onLineFeed(() => {
        feeds += 1;
        // The first is that of the command.
        if (known && feeds > 1 && !known.has(lineAt(terminal, cursorRow(terminal) - 1))) strange += 1;
      });
    },

    strangeLines: () => strange,
    terminals: () => document.querySelectorAll('.terminal-wrapper').length,

    /**
     * Begins to wait for the first frame after the next key in which all that is wished holds.
     * @param wish `terminals`: so many are there, and one of them shows; `line`: a regular expression for the line up to
     *   the cursor; `feeds`: so many lines were drawn since `listen`; `moved`: the cursor left its line, or the terminal went
     * @returns its number, for `seen`
     */
    watch: (wish) => {
      begun = undefined;
      return watched.push(firstFrame(wish, holder(wish))) - 1;
    },

    /** @returns milliseconds since the key, and the longest time between two frames meanwhile */
    seen: (number) => watched[number],
  };
})();

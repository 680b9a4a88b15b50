/* global addEventListener, document, performance, requestAnimationFrame */
// Runs in the window of VS Code: records the time of a key and of the first frame in which a condition holds.
// VS Code stores the xterm.js object in the element of its terminal.
globalThis.bench = (() => {
  /** Milliseconds to wait for a condition. */
  const timeoutMs = 120_000;
  const watches = [];
  let startTime;
  let lineFeeds = 0;
  let unexpected = 0;
  for (const kind of ['keydown', 'mousedown'])
    addEventListener(kind, ({ timeStamp }) => (startTime = timeStamp), { capture: true });

  const wrapper = () => document.querySelector('.terminal-wrapper.active');
  const emulator = () => wrapper()?.xterm;
  const lineAt = (terminal, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '';
  const cursorRow = (terminal) => terminal.buffer.active.baseY + terminal.buffer.active.cursorY;

  /** The text before the cursor in its line. */
  function cursorLine() {
    const terminal = emulator();
    if (!terminal) return '';
    const { baseY, cursorX, cursorY } = terminal.buffer.active;
    return terminal.buffer.active.getLine(baseY + cursorY)?.translateToString(false, 0, cursorX) ?? '';
  }

  function checkOf(condition) {
    const line = condition.line && new RegExp(condition.line);
    const first = emulator();
    const row = first && cursorRow(first);
    return () =>
      (condition.terminals === undefined ||
        (document.querySelectorAll('.terminal-wrapper').length >= condition.terminals &&
          wrapper()?.getBoundingClientRect().height > 0)) &&
      (!condition.lineFeeds || lineFeeds >= condition.lineFeeds) &&
      (!condition.moved || emulator() !== first || cursorRow(first) !== row) &&
      (!line || line.test(cursorLine()));
  }

  async function firstFrame(condition, holds) {
    const end = performance.now() + timeoutMs;
    let gap = 0;
    let last;
    for (;;) {
      const now = await new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
      if (startTime !== undefined) {
        if (last !== undefined) gap = Math.max(gap, now - last);
        last = now;
        if (holds()) return { time: now - startTime, gap };
      }
      if (now > end)
        throw new Error(
          `Timed out: ${JSON.stringify(condition)}; ${lineFeeds} lines were drawn, now: ${cursorLine()}`,
        );
    }
  }

  return {
    /** Starts the time now instead of with a key. */
    start: () => void (startTime = performance.now()),

    /** Counts the line feeds of the active terminal, and the lines that are not among the expected ones. */
    countLines: (expected) => {
      lineFeeds = unexpected = 0;
      const expectedLines = expected && new Set(expected);
      const terminal = emulator();
      terminal.onLineFeed(() => {
        lineFeeds += 1;
        // The first line feed is that of the command.
        if (expectedLines && lineFeeds > 1 && !expectedLines.has(lineAt(terminal, cursorRow(terminal) - 1)))
          unexpected += 1;
      });
    },

    unexpectedLines: () => unexpected,
    terminals: () => document.querySelectorAll('.terminal-wrapper').length,

    /**
     * Starts to wait for the first frame after the next key in which the condition holds.
     * @param condition `terminals`: their least number, one of them visible; `line`: a regular expression for the line up
     *   to the cursor; `lineFeeds`: their least number since `countLines`; `moved`: the cursor left its line, or its
     *   terminal closed
     * @returns its number, for `frameTimes`
     */
    watch: (condition) => {
      startTime = undefined;
      return watches.push(firstFrame(condition, checkOf(condition))) - 1;
    },

    /** @returns milliseconds since the key, and the longest time between two frames in between */
    frameTimes: (number) => watches[number],
  };
})();

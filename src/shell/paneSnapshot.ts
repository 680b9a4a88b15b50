/** Lines of scroll-back drawn in a terminal that has not seen the shell before. */
const mostHistory = 3_000;

/** A comparison of tmux: the shell was launched with shell integration. */
const marks = 'm:*__celesto_*,#{pane_start_command}';

const fields = [
  ...['history_size', 'pane_height', 'cursor_x', 'cursor_y', 'cursor_flag', 'scroll_region_upper'],
  ...['scroll_region_lower', 'insert_flag', 'origin_flag', 'wrap_flag', 'keypad_cursor_flag', 'keypad_flag'],
  ...['mouse_standard_flag', 'mouse_button_flag', 'mouse_all_flag', 'mouse_sgr_flag', 'bracket_paste_flag'],
  ...['alternate_on', 'alternate_saved_x', 'alternate_saved_y', 'pane_current_command'],
  ...[marks, 'pane_current_path'],
] as const;

type Field = (typeof fields)[number];

/** A hook that nothing else sets off. */
const hook = 'after-show-messages';

/** The state of a kept shell's screen, as tmux tells it, and where the scroll-back that was asked for begins. */
export type PaneState = ReadonlyMap<Field | 'from', string>;

/** The text of a kept shell's screen, in the order in which `captureCommand` asks for it. */
export interface PaneContent {
  readonly history: readonly Buffer[];
  readonly visible: readonly Buffer[];
  /** The screen behind the alternate one. */
  readonly mainScreen: readonly Buffer[];
}

/**
 * The tmux command that looks at a kept shell's screen. It answers, between empty answers, four times: with what `parsePaneState`
 * reads, then one part of a `PaneContent` after the other. A hook reckons with the history and runs at once; `run-shell -C` would
 * let more output come in between.
 * @param place where the terminal left it: only the scroll-back that came since is asked for
 */
export function captureCommand(place: number | undefined): string {
  const from =
    place === undefined
      ? `-${mostHistory}`
      : `#{?#{e|>:#{history_size},${place}},#{e|-:${place},#{history_size}},0}`;
  // Twice the number sign: not to be expanded before it is run, since a comma or a quote may be in it.
  const state = fields.map((name) => `##{${name.replace('#', '##')}}`).join(',');
  const commands = [
    `display-message -p 'from ${from},${state}'`,
    `capture-pane -peJ -S ${from} -E -1`,
    'capture-pane -peJ',
    'capture-pane -peJaq',
  ];
  return `set -F ${hook} "${commands.join(' ; ')}" ; set-hook -R ${hook}`;
}

/** Reads the first answer to `captureCommand`. */
export function parsePaneState(answer: readonly Buffer[]): PaneState {
  const [from = '', ...values] = answer.join().split(',');
  // A directory may have anything in its name, so it is last.
  const directory = values.splice(fields.length - 1).join();
  return new Map([
    ['from', from.replace('from ', '')],
    ...fields.map((name, index) => [name, values[index] ?? ''] as const),
    ['pane_current_path', directory],
  ]);
}

/**
 * Draws a kept shell's screen in a terminal, as if the terminal had been there all the time: scroll-back, the screen,
 * the cursor, and the modes that programs have set.
 */
export function drawPane(given: PaneState, { history, visible, mainScreen }: PaneContent): Buffer {
  const is = (name: Field): boolean => given.get(name) === '1';
  const number = (name: Field): number => Number(given.get(name) ?? 0);
  const hasHistory = given.get('from') !== '0' && number('history_size') > 0;
  const alternate = is('alternate_on');

  const out: (string | Buffer)[] = [
    '\x1b[?1049l\x1b[!p\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[H\x1b[J',
  ];
  out.push(...joined([...(hasHistory ? history : []), ...(alternate ? mainScreen : visible)]));
  if (alternate) {
    out.push(cursorAt(number('alternate_saved_x'), number('alternate_saved_y')), '\x1b[?1049h\x1b[H');
    out.push(...joined(visible));
  }
  const lower = number('scroll_region_lower');
  const upper = number('scroll_region_upper');
  if (upper > 0 || lower < number('pane_height') - 1) out.push(`\x1b[${upper + 1};${lower + 1}r`);
  out.push(cursorAt(number('cursor_x'), number('cursor_y') - (is('origin_flag') ? upper : 0)));
  if (is('insert_flag')) out.push('\x1b[4h');
  if (is('origin_flag')) out.push('\x1b[?6h', cursorAt(number('cursor_x'), number('cursor_y') - upper));
  if (!is('wrap_flag')) out.push('\x1b[?7l');
  if (is('keypad_cursor_flag')) out.push('\x1b[?1h');
  if (is('keypad_flag')) out.push('\x1b=');
  if (is('mouse_standard_flag')) out.push('\x1b[?1000h');
  if (is('mouse_button_flag')) out.push('\x1b[?1002h');
  if (is('mouse_all_flag')) out.push('\x1b[?1003h');
  if (is('mouse_sgr_flag')) out.push('\x1b[?1006h');
  if (bracketsPaste(given.get('bracket_paste_flag') ?? '', given.get('pane_current_command') ?? ''))
    out.push('\x1b[?2004h');
  if (!is('cursor_flag')) out.push('\x1b[?25l');
  if (is(marks) && isAtPrompt(given.get('pane_current_command') ?? ''))
    out.push(promptIn(given.get('pane_current_path') ?? ''));
  return Buffer.concat(out.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** Only tmux 3.7 and newer tell; before that, a shell at its prompt is taken to want it. */
function bracketsPaste(flag: string, command: string): boolean {
  return flag === '' ? isAtPrompt(command) : flag === '1';
}

/** True for the name of a shell: nothing else runs in the foreground. */
function isAtPrompt(command: string): boolean {
  return /^(bash|zsh|fish)$/.test(command);
}

/** The marks of an integrated shell at its prompt, which tmux does not keep. */
function promptIn(directory: string): string {
  const escaped = directory.replace(/[\\;\p{Cc}]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return `\\x${code.padStart(2, '0')}`;
  });
  return ['P;IsWindows=False', 'P;HasRichCommandDetection=True', `P;Cwd=${escaped}`, 'A', 'B']
    .map((mark) => `\x1b]633;${mark}\x07`)
    .join('');
}

function joined(lines: readonly Buffer[]): (string | Buffer)[] {
  const drawn = lines.flatMap((line, index) => (index === 0 ? [line] : ['\r\n', line]));
  return ['\x1b[m', ...drawn, '\x1b[m'];
}

const cursorAt = (x: number, y: number): string => `\x1b[${y + 1};${x + 1}H`;

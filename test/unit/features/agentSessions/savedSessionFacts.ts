/** The expected reading of a file. */
export interface SessionFacts {
  readonly computer: string;
  readonly root: string | undefined;
  readonly agent?: string;
  /** The runner deletes the computer. */
  readonly deletes?: boolean;
  /** Further computers of the file, which the user chooses from. */
  readonly others?: readonly string[];
}

const notStarted = /^The session has not been started: there is no computer yet\.$/;
const project: SessionFacts = { computer: 'cmp_7f53000094f6', root: '/home/ohm/project' };
const deleted: SessionFacts = { computer: 'cmp_5837ed97adbf', root: '/workspace', deletes: true };
const rich: SessionFacts = { computer: 'cmp_4e9afbc02fff', root: '/home/ohm/rich project' };
const kept: SessionFacts = { computer: 'cmp_4fb89041ed53', root: '/home/ohm/workspace', agent: 'Builder' };

/**
 * The facts of the files in `savedSessions`, or the reason for refusing one. They were saved by `celesto` 0.0.14 with
 * openai-agents 0.24.0 (`py-*`) and by @openai/agents 0.20.0 with a client of its own (`js-*`), with a scripted model.
 */
export const savedSessionFacts: Readonly<Record<string, SessionFacts | RegExp>> = {
  'py-01-before-start.json': notStarted,
  'py-02-after-start.json': project,
  'py-03-after-start-model_dump.json': project,
  'py-04-after-start-model_dump_json.json': project,
  'py-05-after-stop.json': project,
  'py-06-after-close.json': project,
  'py-07-after-delete-kept.json': project,
  'py-08-resumed.json': project,
  'py-09-default-root-before-start.json': notStarted,
  'py-10-default-root-failed-start.json': deleted,
  'py-11-default-deleted.json': deleted,
  'py-12-rich-before-start.json': notStarted,
  'py-13-rich-after-start.json': rich,
  'py-14-rich-after-stop.json': rich,
  'py-15-options-fresh.json': /^This file holds the options of a session, which name no computer\./,
  'py-16-options-bound.json': { computer: 'cmp_4e9afbc02fff', root: undefined },
  'py-17-options-fresh-and-state.json': rich,
  'py-17c-two-states.json': { ...rich, others: ['cmp_second'] },
  'py-17d-two-states.jsonl': { ...rich, others: ['cmp_second'] },
  'py-17e-model_dump-default-str.json': rich,
  'py-17f-with-byte-order-mark.json': rich,
  'py-18-bound-by-name.json': { computer: 'einstein', root: '/home/ohm' },
  'py-19-runstate-interrupted-kept.json': {
    computer: 'cmp_ab5059896dc6',
    root: '/home/ohm/workspace',
    agent: 'Builder',
  },
  'py-20-runstate-interrupted-defaults.json': {
    computer: 'cmp_b88fcea93758',
    root: '/home/ohm/workspace',
    agent: 'Builder',
    deletes: true,
  },
  'py-21-runstate-interrupted-kept-noop-snapshot.json': kept,
  'py-21b-runstate-kept-noop-snapshot-finished.json': kept,
  'py-22-runstate-to_string.json': kept,
  'py-24-runstate-two-agents.json': {
    computer: 'cmp_3222b2e0fda8',
    root: '/home/ohm/review',
    agent: 'Reviewer',
  },
  'py-25-runstate-plain-then-sandbox.json': {
    computer: 'cmp_676923d0cf89',
    root: '/home/ohm/review',
    agent: 'Reviewer',
  },
  'py-26-runstate-state-quoted-in-text.json': {
    computer: 'cmp_86f4770da549',
    root: '/home/ohm/build',
    agent: 'Builder',
  },
  'py-27-runstate-context-holds-fresh-options.json': {
    computer: 'cmp_74536aca8d9a',
    root: '/home/ohm/build',
    agent: 'Builder',
  },
  'py-28-runstate-context-holds-other-options.json': {
    computer: 'cmp_2c268ed28f17',
    root: '/home/ohm/build',
    agent: 'Builder',
  },
  'py-29-runstate-own-session.json': /^The run in this file was saved without its session,/,
  'py-30-smolvm-before-start.json':
    /^The session is for a computer that runs on this machine, and has not been started: .*not supported yet\.$/,
  'py-31-smolvm-bound.json': /^vm-a1b2c3 runs on this machine\. Local computers are not supported yet\.$/,
  'js-01-runstate-camel.json': { computer: 'cmp_6d95bf049aaa', root: '/home/ohm/js', agent: 'Builder' },
  'js-02-runstate-snake.json': { computer: 'cmp_2b27bd989737', root: '/home/ohm/js', agent: 'Builder' },
  'js-03-runstate-two-agents.json': {
    computer: 'cmp_362bfd290eeb',
    root: '/home/ohm/review',
    agent: 'Reviewer',
  },
  'js-04-session-state-camel.json': /^The session in this file does not say that it belongs to Celesto,/,
  'js-05-session-state-snake.json': { computer: 'cmp_a1a526721720', root: '/home/ohm/own' },
  'js-06-runstate-unix_local.json':
    /^The session in this file belongs to unix_local, not to a Celesto computer\.$/,
};

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { defaultBaseUrl } from '../../src/api/baseUrl';
import { capabilitiesOf } from '../../src/computers/capabilities';
import { computerFrom } from '../../src/computers/computer';
import { knownStatuses, statusOf } from '../../src/computers/statusTable';
import { actionsOf } from '../../src/features/details/computerActions';
import { childContexts } from '../../src/ui/treeChildren';
import { wire } from './support/computers';
import {
  conditions,
  itemPattern,
  manifest,
  manifestTexts,
  menuEntries,
  type Setting,
  termsOf,
} from './support/manifest';
import {
  callsOf,
  find,
  lastName,
  read,
  readJson,
  source,
  sources,
  texts,
  wordsOfType,
} from './support/sources';

const { contributes } = manifest;
const commands = contributes.commands.map(({ command }) => command);
const settings = contributes.configuration.properties;
const contextOf = (status: string): readonly string[] => capabilitiesOf(computerFrom(wire('cmp_1', status)));
/** The types of command ids that the features declare. */
const commandIdTypes = sources
  .filter(({ path }) => /^src\/features\/\w+\/index\.ts$/.test(path))
  .flatMap(({ ast }) => find(ast, ts.isTypeAliasDeclaration))
  .filter(({ name }) => name.text.endsWith('CommandId'));
const allStatuses = [...knownStatuses, 'hibernating'];

const hostKeys = ['showHostKeys', 'forgetHostKey'];
const ssh = [...hostKeys, 'removeFromComputer'];
const ports = ['forwardPort', 'publishPort'];
const waiting = {
  buttons: ['newTerminal'],
  menu: [
    'newTerminal',
    'newTerminalInEditor',
    'newTerminalAtDirectory',
    'runCommand',
    'showDetails',
    'useAsDefault',
    'copyId',
    'copyName',
    'copySshCommand',
    ...ssh,
    'delete',
  ],
};
const gone = { buttons: [], menu: ['showDetails', 'useAsDefault', 'copyId', 'copyName', ...hostKeys] };
const startable = {
  buttons: ['newTerminal', 'start'],
  menu: [
    'newTerminal',
    'newTerminalInEditor',
    'newTerminalAtDirectory',
    'runCommand',
    'start',
    'stop',
    'showDetails',
    'useAsDefault',
    'copyId',
    'copyName',
    'copySshCommand',
    ...ssh,
    'delete',
  ],
};

/** The buttons and the context menu of a computer by its status. */
const menuOf: Readonly<Record<string, { buttons: readonly string[]; menu: readonly string[] }>> = {
  running: {
    buttons: ['newTerminal', 'stop'],
    menu: [
      'newTerminal',
      'newTerminalInEditor',
      'newTerminalAtDirectory',
      'runCommand',
      'showScreen',
      'stop',
      'showDetails',
      'useAsDefault',
      ...ports,
      'copyId',
      'copyName',
      'copySshCommand',
      ...ssh,
      'delete',
    ],
  },
  creating: waiting,
  pending: waiting,
  starting: waiting,
  restoring: waiting,
  stopping: waiting,
  stopped: {
    buttons: ['newTerminal', 'start'],
    menu: [
      'newTerminal',
      'newTerminalInEditor',
      'newTerminalAtDirectory',
      'runCommand',
      'start',
      'showDetails',
      'useAsDefault',
      'copyId',
      'copyName',
      'copySshCommand',
      ...ssh,
      'delete',
    ],
  },
  restorable: {
    buttons: ['newTerminal', 'restore'],
    menu: [
      'newTerminal',
      'newTerminalInEditor',
      'newTerminalAtDirectory',
      'runCommand',
      'restore',
      'showDetails',
      'useAsDefault',
      'copyId',
      'copyName',
      'copySshCommand',
      ...ssh,
      'delete',
    ],
  },
  error: startable,
  hibernating: {
    ...startable,
    menu: startable.menu.flatMap((one) => {
      if (one === 'runCommand') return [one, 'showScreen'];
      return one === 'useAsDefault' ? [one, ...ports] : [one];
    }),
  },
  lost: { buttons: [], menu: ['showDetails', 'useAsDefault', 'copyId', 'copyName', ...hostKeys, 'delete'] },
  deleting: gone,
  deleted: gone,
};

const commandsOfVSCode = ['setContext', 'workbench.action.openSettings', 'markdown.showPreview'];
const keysOfVSCode = [
  'false',
  'view',
  'viewItem',
  'focusedView',
  'inputFocus',
  'listFocus',
  'resourceFilename',
  'isInDiffEditor',
  'editorHasSelection',
];

describe('package.json', () => {
  it('activates on its contributions and on links only, uses no proposed API, has one entry point', () => {
    // VS Code takes all the others from what is contributed; that links lead here shows in code alone.
    assert.deepEqual(manifest.activationEvents, ['onUri']);
    assert.equal(manifest.enabledApiProposals, undefined);
    assert.equal(manifest.browser, undefined);
    assert.match(read('esbuild.mjs'), new RegExp(`outfile: '${manifest.main.replace('./', '')}'`));
  });

  it('is typed and tested against the oldest VS Code that it supports', () => {
    const oldest = manifest.engines.vscode.replace('^', '');
    assert.equal(manifest.engines.vscode, '^1.104.0');
    assert.equal(manifest.devDependencies['@types/vscode'], oldest);
    assert.match(read('test/tools/vscodeDist.mjs'), new RegExp(`floor: { codeServer: '4${oldest.slice(1)}'`));
  });

  it('names icons that exist', () => {
    const views = Object.values(contributes.views).flat();
    for (const { icon } of [manifest, ...contributes.viewsContainers.activitybar, ...views]) {
      assert.ok(read(icon).length > 0, icon);
    }
  });
});

describe('commands', () => {
  it('are the same in package.json and in the features', () => {
    const ids = commandIdTypes.flatMap(({ type }) => texts(type));
    assert.deepEqual(commands.toSorted(), ids.toSorted());
    assert.equal(new Set(commands).size, commands.length);
  });

  it('of every feature are among those that the app registers', () => {
    const [union] = find(source('src/app/features.ts').ast, ts.isTypeAliasDeclaration).filter(
      ({ name }) => name.text === 'CommandId',
    );
    const joined = find(union!.type, ts.isTypeReferenceNode).map((reference) => reference.getText());
    assert.deepEqual(joined.toSorted(), commandIdTypes.map(({ name }) => name.text).toSorted());
  });

  it('have the name of the product as their category', () => {
    for (const { command, category } of contributes.commands) assert.equal(category, 'Celesto', command);
  });

  it('exist wherever a menu, a key, a welcome text or the code names one', () => {
    const named = [
      ...[...menuEntries, ...contributes.keybindings].map(({ command }) => command),
      ...Object.values(manifestTexts).flatMap((text) =>
        [...text.matchAll(/\(command:([\w.]+)/g)].map(([, id]) => id!),
      ),
      ...sources.flatMap((file) =>
        callsOf(file, 'executeCommand').map((call) => texts(call.arguments[0]!).join()),
      ),
      ...sources.flatMap(commandProperties),
      ...allStatuses.flatMap((status) => actionCommands(status)),
    ];
    // A call with a variable has no literal; the lists that such variables come from are checked themselves.
    const spelled = named.filter((id) => id !== '');
    const unknown = spelled.filter((id) => !commands.includes(id) && !commandsOfVSCode.includes(id));
    assert.deepEqual(unknown, []);
    assert.ok(named.length > 30);
  });

  it('have an icon where they are buttons', () => {
    const buttons = menuEntries.filter(({ group = '' }) => /^(inline|navigation)/.test(group));
    const bare = buttons.filter(
      ({ command }) => !contributes.commands.find((one) => one.command === command)?.icon,
    );
    assert.deepEqual(bare, []);
  });
});

describe('conditions', () => {
  it('use only context keys that the code sets or VS Code has', () => {
    const asked = new Set(conditions.flatMap(termsOf).map(({ key }) => key));
    const unknown = [...asked].filter((key) => !contextKeys().includes(key) && !keysOfVSCode.includes(key));
    assert.deepEqual(unknown, []);
  });

  it('use every context key that the code sets', () => {
    const asked = conditions.flatMap(termsOf).map(({ key }) => key);
    assert.deepEqual(
      contextKeys().filter((key) => !asked.includes(key)),
      [],
    );
    assert.ok(contextKeys().length > 0);
  });

  it('compare only with values that the key can have', () => {
    for (const { key, operator, value } of conditions.flatMap(termsOf)) {
      if (operator !== '==' && operator !== '!=') continue;
      assert.ok(valuesOf[key]?.().includes(value), `${key} is never ${value}`);
    }
  });

  it('show a welcome text or a message for every state of account and list', () => {
    const welcomed = contributes.viewsWelcome.flatMap(({ when }) => termsOf(when));
    const wordless = (key: string): string[] =>
      valuesOf[key]!().filter((value) => !welcomed.some((term) => term.key === key && term.value === value));
    // Not known yet: nothing is drawn. Signed in: the list decides.
    assert.deepEqual(wordless('celesto.account'), ['unknown']);
    // The list itself, or the view's message that it is being read.
    assert.deepEqual(wordless('celesto.list').toSorted(), ['loading', 'shown']);
  });
});

describe('the context menu of a computer', () => {
  const entries = menuEntries.filter(({ menu }) => menu === 'view/item/context');
  const shown = (status: string, inline: boolean): string[] =>
    entries
      .filter(({ group = '' }) => group.startsWith('inline') === inline)
      .filter(({ when = '' }) => itemPattern(when)?.test(contextOf(status).join(' ')))
      .map(({ command }) => command.replace('celesto.', ''));

  it('uses exactly the capabilities of computers and the context values of their children', () => {
    const words = new Set([...allStatuses.flatMap(contextOf), ...childContexts]);
    const asked = entries.map(({ when = '' }) => itemPattern(when)!.source.replaceAll('\\b', ''));
    assert.deepEqual([...new Set(asked)].toSorted(), [...words].toSorted());
  });

  it('is not that of a group', () => {
    assert.deepEqual(
      texts(source('src/features/tree/treeItems.ts').ast).filter((text) => text === 'group'),
      ['group'],
    );
    for (const { when = '' } of entries) assert.ok(!itemPattern(when)!.test('group'), when);
  });

  it('has pickers that ask for capabilities which computers can have', () => {
    const asked = sources.flatMap((file) =>
      callsOf(file, 'one', 'many')
        .filter(({ expression }) => /targets\.\w+$/.test(expression.getText()))
        .map((call) => texts(call.arguments[2]!).join()),
    );
    const words = new Set(allStatuses.flatMap(contextOf));
    assert.deepEqual(
      asked.filter((word) => !words.has(word)),
      [],
    );
    assert.ok(asked.length > 5);
  });

  for (const [status, { buttons, menu }] of Object.entries(menuOf)) {
    it(`has ${buttons.join(', ') || 'no button'} for a computer that is ${status}`, () => {
      assert.deepEqual(shown(status, true), buttons);
      assert.deepEqual(shown(status, false), menu);
      assert.ok(buttons.length <= 2);
    });
  }

  for (const status of allStatuses)
    it(`has the same commands as the picker of the status bar for a computer that is ${status}`, () => {
      const commands = actionCommands(status).map((command) => command.replace('celesto.', ''));
      assert.deepEqual(
        commands.filter((command) => command !== 'open').toSorted(),
        shown(status, false).toSorted(),
      );
      assert.equal(commands.includes('open'), shown(status, false).includes('newTerminal'));
    });

  it('is tested for every status', () => {
    assert.deepEqual(Object.keys(menuOf).toSorted(), allStatuses.toSorted());
  });
});

describe('settings', () => {
  it('are read with the keys and defaults that package.json declares, all of them', () => {
    const declared = Object.entries(settings).map(([key, { default: value }]) => [key, value] as const);
    assert.deepEqual(new Map(settingsRead()), new Map(declared));
  });

  it('cannot be set by a workspace where they hold an address or a path', () => {
    for (const [key, setting] of Object.entries(settings)) {
      if (isFreeText(setting) && !isName(key))
        assert.equal(setting.scope, key === 'celesto.baseUrl' ? 'application' : 'machine', key);
    }
    assert.deepEqual(
      Object.keys(settings).filter((key) => isFreeText(settings[key]!) && !isName(key)),
      ['celesto.baseUrl', 'celesto.terminal.cwd', 'celesto.ssh.identityFile'],
    );
  });

  it('can be set by the user alone where they spend money', () => {
    assert.equal(settings['celesto.defaultSize']?.scope, 'application');
  });

  it('allow the values that the code compares them with', () => {
    const { enum: choices = [], enumDescriptions = [] } = settings['celesto.openAfterCreate']!;
    const compared = find(source('src/features/lifecycle/createCommand.ts').ast, ts.isBinaryExpression)
      .filter(({ left }) => ts.isIdentifier(left) && left.text === 'setting')
      .flatMap(({ right }) => texts(right));
    assert.deepEqual(
      compared.filter((word) => !choices.includes(word)),
      [],
    );
    assert.ok(compared.length > 0);
    assert.equal(enumDescriptions.length, choices.length);
  });

  it('exist where a text names them', () => {
    const spoken = [
      ...Object.values(manifestTexts),
      ...sources.flatMap((file) => callsOf(file, 't').flatMap(texts)),
    ];
    const named = spoken.flatMap((text) =>
      [...text.matchAll(/\bcelesto(?:\.[a-z]\w*)+/gi)].map(([name]) => name),
    );
    const known = [...Object.keys(settings), ...commands, 'celesto.ai'];
    assert.deepEqual(
      named.filter((name) => !known.includes(name)),
      [],
    );
    assert.ok(named.includes('celesto.startTimeout'));
  });
});

describe('the README', () => {
  const readme = read('README.md');

  it('names commands by their titles', () => {
    const titles = contributes.commands.map(({ title }) => manifestTexts[title.replaceAll('%', '')]);
    const named = [...readme.matchAll(/`Celesto: ([^`]+)`/g)].map(([, title]) => title!);
    assert.deepEqual(
      named.filter((title) => !titles.includes(title)),
      [],
    );
    assert.ok(named.length > 20);
  });

  it('lists every setting with its default', () => {
    const rows = [...readme.matchAll(/^\| `(celesto\.[\w.]+)` \| (?:`([^`]*)` )?\|/gm)];
    const reported = rows.map(([, key, value = '']) => `${key} ${value}`);
    const declared = Object.entries(settings).map(([key, { default: value }]) => `${key} ${String(value)}`);
    assert.deepEqual(reported.toSorted(), declared.toSorted());
  });

  it('names every state as the list does', () => {
    const labels = knownStatuses.map((status) => statusOf(status).label());
    const rows = [...readme.matchAll(/^\| ([a-z, ]+) \| [^|]+ \| [^|]+ \|$/gm)];
    const named = rows.flatMap(([, states]) => states!.split(', '));
    assert.deepEqual(named.toSorted(), labels.toSorted());
  });

  it('quotes messages that are shown', () => {
    const quotes = [...readme.matchAll(/^- \*\*"([^"]+)"\*\*/gm)].map(([, message]) => message!);
    const shown = [
      ...Object.values(manifestTexts),
      ...sources.flatMap((file) => callsOf(file, 't').flatMap(texts)),
    ];
    const fragments = quotes.flatMap((message) => message.split('…')).filter((text) => text.trim() !== '');
    assert.deepEqual(
      fragments.filter((fragment) => !shown.some((text) => text.includes(fragment.trim()))),
      [],
    );
    assert.ok(fragments.length > 5);
  });
});

describe('package.nls.json', () => {
  it('has every text that package.json names, and no other', () => {
    const named = [...JSON.stringify(readJson('package.json')).matchAll(/%([\w.]+)%/g)].map(
      ([, key]) => key!,
    );
    assert.deepEqual([...new Set(named)].toSorted(), Object.keys(manifestTexts).toSorted());
  });

  it('has no empty text', () => {
    for (const [key, text] of Object.entries(manifestTexts)) assert.ok(text.trim().length > 0, key);
  });
});

/** The values that context keys can have. */
const valuesOf: Readonly<Record<string, () => string[]>> = {
  view: viewIds,
  focusedView: viewIds,
  'celesto.account': () => wordsOfType('src/account/account.ts', 'AccountState'),
  'celesto.grouping': () => wordsOfType('src/features/tree/grouping.ts', 'Grouping'),
  'celesto.list': () =>
    texts(method('src/features/tree/computersView.ts', 'listContext')).filter((text) => text !== 'live'),
};

function viewIds(): string[] {
  const declared = Object.values(contributes.views)
    .flat()
    .map(({ id }) => id);
  const inCode = find(source('src/ui/viewId.ts').ast, ts.isVariableDeclaration)
    .filter(({ name }) => name.getText() === 'viewId')
    .flatMap(texts);
  assert.deepEqual(inCode, declared);
  return declared;
}

/** Finds the context keys that the code sets. */
function contextKeys(): string[] {
  const keys = sources.flatMap((file) =>
    callsOf(file, 'setContext').flatMap((call) => texts(call.arguments[0]!)),
  );
  return [...new Set(keys)];
}

/** Finds the keys and defaults that src/app/settings.ts reads. */
function settingsRead(): [string, unknown][] {
  return callsOf(source('src/app/settings.ts'), 'get', 'inspect').map((call) => {
    const [key, fallback] = call.arguments;
    const name = `celesto.${texts(key!).join()}`;
    // The address has its default where the environment has been asked.
    return [name, fallback ? valueOf(fallback) : defaultBaseUrl];
  });
}

function valueOf(literal: ts.Expression): unknown {
  if (ts.isStringLiteral(literal)) return literal.text;
  if (ts.isNumericLiteral(literal)) return Number(literal.text);
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (literal.kind === ts.SyntaxKind.FalseKeyword) return false;
  throw new Error(`not a literal: ${literal.getText()}`);
}

/** Tests for the name of a computer, which a workspace may set, or of a size: it is no address. */
function isName(key: string): boolean {
  return key === 'celesto.defaultComputer' || key === 'celesto.defaultSize';
}

function isFreeText({ type, enum: choices }: Setting): boolean {
  return type === 'string' && choices === undefined;
}

/** The commands that the picker of the status bar offers for a computer. */
function actionCommands(status: string): string[] {
  return actionsOf(computerFrom(wire('cmp_1', status)))
    .flat()
    .map(({ command }) => command);
}

/** Finds the values of `command: 'celesto.open'`, as tree items have it. */
function commandProperties({ ast }: (typeof sources)[number]): string[] {
  return find(ast, ts.isPropertyAssignment)
    .filter(({ name, initializer }) => name.getText() === 'command' && ts.isStringLiteral(initializer))
    .flatMap(({ initializer }) => texts(initializer));
}

function method(path: string, name: string): ts.MethodDeclaration {
  const found = find(source(path).ast, ts.isMethodDeclaration).find(
    (one) => lastName(one.name as ts.Identifier) === name,
  );
  if (!found) throw new Error(`${path} has no method ${name}`);
  return found;
}

import { readJson } from './sources';

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly icon?: string;
}

export interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly scope: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
}

/** package.json, as far as the contract speaks of it. */
export interface Manifest {
  readonly main: string;
  readonly browser?: string;
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly activationEvents?: readonly string[];
  readonly enabledApiProposals?: readonly string[];
  readonly extensionKind: readonly string[];
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly viewsContainers: {
      readonly activitybar: readonly { readonly id: string; readonly icon: string }[];
    };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly {
      readonly view: string;
      readonly when: string;
      readonly contents: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuEntry[]>>;
    readonly keybindings: readonly MenuEntry[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

export const manifest = readJson('package.json') as Manifest;

/** The texts that package.json names by `%key%`. */
export const manifestTexts = readJson('package.nls.json') as Readonly<Record<string, string>>;

/** Every menu entry, with the menu it is in. */
export const menuEntries = Object.entries(manifest.contributes.menus).flatMap(([menu, entries]) =>
  entries.map((entry) => ({ menu, ...entry })),
);

/** The conditions of menus, keys and welcome texts. */
export const conditions: readonly string[] = [
  ...menuEntries,
  ...manifest.contributes.keybindings,
  ...manifest.contributes.viewsWelcome,
].flatMap(({ when }) => (when === undefined ? [] : [when]));

/** A part of a condition: a context key, and what it is compared with. */
export interface Term {
  readonly key: string;
  readonly operator: '' | '==' | '!=' | '=~';
  readonly value: string;
}

/** Takes a condition apart. @throws when it is of a form that this test does not know */
export function termsOf(when: string): Term[] {
  return when.split('&&').map((part) => {
    const match = /^\s*!?([\w.]+)\s*(?:(==|!=|=~)\s*(.+?))?\s*$/.exec(part);
    if (!match) throw new Error(`not understood: ${part}`);
    const [, key = '', operator = '', value = ''] = match;
    return { key, operator: operator as Term['operator'], value };
  });
}

/** The regular expression that a `viewItem =~` compares with. */
export function itemPattern(when: string): RegExp | undefined {
  const term = termsOf(when).find(({ key, operator }) => key === 'viewItem' && operator === '=~');
  return term && new RegExp(term.value.slice(1, -1));
}

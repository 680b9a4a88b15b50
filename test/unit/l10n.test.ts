import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { callsOf, find, importsOf, lastName, placeOf, sources, type Source } from './support/sources';

/** Calls whose arguments a person reads. */
const shown = [
  'showInformationMessage',
  'showWarningMessage',
  'showErrorMessage',
  'setStatusBarMessage',
  'withProgress',
  'say',
  'report',
  'info',
  'reportOnce',
  'warn',
  'phase',
  'tell',
];
/** Properties whose values a person reads. */
const read = [
  ...['title', 'prompt', 'placeHolder', 'placeholder', 'detail', 'description', 'label', 'tooltip'],
  ...['message', 'validationMessage', 'ariaLabel', 'words', 'question', 'name'],
];
/** What is the same in every language: the form of an id. */
const exceptions = ['cmp_…'];

interface Literal {
  readonly place: string;
  readonly text: string;
}

describe('texts that a person reads', () => {
  it('go through l10n wherever they are shown', () => {
    const bare = sources.flatMap((file) => [
      ...callsOf(file, ...shown)
        .filter((call) => !isLog(call))
        .flatMap((call) => call.arguments.flatMap((argument) => bareTexts(file, argument))),
      ...shownProperties(file).flatMap((value) => bareTexts(file, value)),
      ...errorTexts(file),
    ]);
    assert.deepEqual(bare, []);
  });

  it('are literals, so that a translator can find them', () => {
    const others = translations().filter(({ call }) => !ts.isStringLiteral(call.arguments[0]!));
    assert.deepEqual(
      others.map(({ place }) => place),
      [],
    );
  });

  it('have a place for every value, and a value for every place', () => {
    const wrong = translations().filter(({ call }) => {
      const [text, ...values] = call.arguments;
      const places = [...text!.getText().matchAll(/\{(\d+)\}/g)].map(([, number]) => Number(number));
      const wanted = values.map((_, index) => index);
      return [...new Set(places)].sort().join() !== wanted.join();
    });
    assert.deepEqual(
      wrong.map(({ place }) => place),
      [],
    );
    assert.ok(translations().length > 100);
  });

  it('are translated by VS Code where it is at hand, and by its library where it is not', () => {
    const mixed = sources.filter((file) => {
      const uses = importsOf(file).map(({ to }) => to);
      return file.path !== 'src/extension.ts' && uses.includes('vscode') && uses.includes('@vscode/l10n');
    });
    assert.deepEqual(
      mixed.map(({ path }) => path),
      [],
    );
  });
});

/** Every call that has a text translated. */
function translations(): { place: string; call: ts.CallExpression }[] {
  return sources.flatMap((file) => callsOf(file, 't').map((call) => ({ place: placeOf(file, call), call })));
}

/** The log is for people who look for the cause of something; it is in English. */
function isLog({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && lastName(expression.expression) === 'log';
}

/** What is assigned to a property that a person reads, or is its value in an object. */
function shownProperties({ ast }: Source): ts.Expression[] {
  const inObjects = find(ast, ts.isPropertyAssignment)
    .filter(({ name }) => read.includes(name.getText()))
    .map(({ initializer }) => initializer);
  const assigned = find(ast, ts.isBinaryExpression)
    .filter(({ operatorToken }) => operatorToken.kind === ts.SyntaxKind.EqualsToken)
    .filter(({ left }) => ts.isPropertyAccessExpression(left) && read.includes(left.name.text))
    .map(({ right }) => right);
  return [...inObjects, ...assigned];
}

/** The sentences of errors: they are shown as they are. */
function errorTexts(file: Source): Literal[] {
  const made = find(file.ast, ts.isNewExpression).filter(({ expression }) =>
    expression.getText().endsWith('Error'),
  );
  const inherited = find(file.ast, ts.isCallExpression).filter(
    ({ expression }) => expression.kind === ts.SyntaxKind.SuperKeyword,
  );
  return [...made, ...inherited].flatMap(({ arguments: given }) => {
    const [first] = given ?? [];
    return first ? bareTexts(file, first).filter(({ text }) => text.includes(' ')) : [];
  });
}

/** The literals with words in them, but those that are translated or only compared with. */
function bareTexts(file: Source, within: ts.Node): Literal[] {
  if (ts.isCallExpression(within) && lastName(within.expression) === 't') return [];
  if (ts.isBinaryExpression(within) && within.operatorToken.getText().includes('===')) return [];
  if (ts.isStringLiteralLike(within) || ts.isTemplateExpression(within)) {
    const text = ts.isTemplateExpression(within) ? literalParts(within) : within.text;
    const bare = /\p{L}/u.test(text) && !exceptions.includes(text);
    return bare ? [{ place: placeOf(file, within), text }] : [];
  }
  const found: Literal[] = [];
  ts.forEachChild(within, (child) => void found.push(...bareTexts(file, child)));
  return found;
}

function literalParts({ head, templateSpans }: ts.TemplateExpression): string {
  return [head, ...templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('');
}

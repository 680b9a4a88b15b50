import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { callsOf, find, importsOf, lastName, placeOf, type Source, sources } from './support/sources';

/** Functions whose arguments are shown to the user. */
const shown = [
  ...['showInformationMessage', 'showWarningMessage', 'showErrorMessage', 'setStatusBarMessage'],
  ...['confirm', 'confirmOrCancel', 'inform', 'withProgress'],
  'report',
  'info',
  'reportOnce',
  'warn',
  'phase',
  'tell',
];
/** Properties whose values are shown to the user. */
const shownNames = [
  ...['title', 'prompt', 'placeHolder', 'placeholder', 'detail', 'description', 'label', 'tooltip'],
  ...['message', 'validationMessage', 'ariaLabel', 'question', 'name'],
];
/** Texts that are not translated: the form of an id, a mistake of a programmer, the code of an SSH error. */
const exceptions = ['cmp_…', 'no value for @@', 'notListening'];

interface Literal {
  readonly place: string;
  readonly text: string;
}

describe('texts that the user reads', () => {
  it('are translated wherever they are shown', () => {
    const bare = sources.flatMap((file) => [
      ...callsOf(file, ...shown)
        .filter((call) => !isLog(call))
        .flatMap((call) => call.arguments.flatMap((argument) => bareTexts(file, argument))),
      ...shownProperties(file).flatMap((value) => bareTexts(file, value)),
      ...errorTexts(file),
    ]);
    assert.deepEqual(bare, []);
  });

  it('are literals, so that they can be extracted for translators', () => {
    const others = translations().filter(({ call }) => !ts.isStringLiteral(call.arguments[0]!));
    assert.deepEqual(
      others.map(({ place }) => place),
      [],
    );
  });

  it('have a placeholder for every value, and a value for every placeholder', () => {
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

  it('are translated by vscode.l10n where vscode is imported, and by @vscode/l10n elsewhere', () => {
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

/** Finds every call that translates a text. */
function translations(): { place: string; call: ts.CallExpression }[] {
  return sources.flatMap((file) => callsOf(file, 't').map((call) => ({ place: placeOf(file, call), call })));
}

/** Tests for a call that writes to the log, which is in English. */
function isLog({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && lastName(expression.expression) === 'log';
}

/** Finds the values of shown properties, in object literals and in assignments. */
function shownProperties({ ast }: Source): ts.Expression[] {
  const inObjects = find(ast, ts.isPropertyAssignment)
    .filter(({ name }) => shownNames.includes(name.getText()))
    .map(({ initializer }) => initializer);
  const assigned = find(ast, ts.isBinaryExpression)
    .filter(({ operatorToken }) => operatorToken.kind === ts.SyntaxKind.EqualsToken)
    .filter(({ left }) => ts.isPropertyAccessExpression(left) && shownNames.includes(left.name.text))
    .map(({ right }) => right);
  return [...inObjects, ...assigned];
}

/** Finds the untranslated messages of errors, which are shown as they are. A text without a blank is an error code. */
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

/** Finds the literals with letters in them, except those that are translated, compared with, or parts of an event. */
function bareTexts(file: Source, within: ts.Node): Literal[] {
  if (ts.isCallExpression(within) && lastName(within.expression) === 't') return [];
  if (ts.isObjectLiteralExpression(within) && isEvent(within)) return [];
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

/** Tests for an object that is told apart by its `kind`: it holds codes, and no text. */
function isEvent({ properties }: ts.ObjectLiteralExpression): boolean {
  return properties.some(({ name }) => name?.getText() === 'kind');
}

function literalParts({ head, templateSpans }: ts.TemplateExpression): string {
  return [head, ...templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('');
}

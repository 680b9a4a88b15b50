import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { knownStatuses } from '../../../src/computers/statusTable';
import { find, lastName, placeOf, type Source, source, sources } from '../support/sources';

/** The homes of statuses: of computers, of published ports, of builds, and of operations. */
const statusTables = [
  'src/computers/statusTable.ts',
  'src/computers/publishedPort.ts',
  'src/computers/buildStatus.ts',
  'src/computers/operationCheck.ts',
];

/** Statuses of other things, which no table holds: of `Promise.allSettled`, and of the plan. */
const otherStatuses = ['fulfilled', 'rejected', 'active', 'depleted'];

function isStatus(expression: ts.Expression): boolean {
  return /status$/i.test(lastName(expression));
}

/** True for a text that may be a status of a computer or of a published port. */
function isLiteral(expression: ts.Expression): boolean {
  return ts.isStringLiteralLike(expression) && !otherStatuses.includes(expression.text);
}

const operators = [
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
];

/** Comparisons of a status with a literal: by an operator, by `switch`, or by `includes` of a list of literals. */
function comparisonsIn(file: Source): ts.Node[] {
  const binary = find(file.ast, ts.isBinaryExpression).filter(
    ({ left, right, operatorToken }) =>
      operators.includes(operatorToken.kind) &&
      ((isStatus(left) && isLiteral(right)) || (isLiteral(left) && isStatus(right))),
  );
  const cases = find(file.ast, ts.isSwitchStatement).filter(
    ({ expression, caseBlock }) =>
      isStatus(expression) &&
      caseBlock.clauses.some((clause) => ts.isCaseClause(clause) && isLiteral(clause.expression)),
  );
  const lists = find(file.ast, ts.isCallExpression).filter(
    ({ expression, arguments: [given] }) =>
      ts.isPropertyAccessExpression(expression) &&
      expression.name.text === 'includes' &&
      ts.isArrayLiteralExpression(expression.expression) &&
      expression.expression.elements.some(isLiteral) &&
      given !== undefined &&
      isStatus(given),
  );
  return [...binary, ...cases, ...lists];
}

describe('a status', () => {
  it('is compared with a literal in its table alone', () => {
    const found = sources
      .filter(({ path }) => !statusTables.includes(path))
      .flatMap((file) =>
        comparisonsIn(file).map((node) => `${placeOf(file, node)} ${node.getText(file.ast)}`),
      );
    assert.deepEqual(found, []);
  });

  it('is found by this test where it is compared', () => {
    assert.ok(comparisonsIn(source('src/computers/publishedPort.ts')).length >= 2);
    const path = 'src/example.ts';
    const spellings = (status: string): string[] => [
      `if (computer.status === '${status}') stop();`,
      `if ('${status}' !== status) stop();`,
      `switch (status) { case '${status}': stop(); }`,
      `if (['${status}'].includes(computer?.status)) stop();`,
    ];
    for (const text of knownStatuses.flatMap(spellings)) {
      const ast = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      assert.equal(comparisonsIn({ path, ast }).length, 1, text);
    }
  });
});

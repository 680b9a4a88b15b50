import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { projectFolder } from '../../tools/paths';

/** A file of src/, parsed. Paths are relative to the project, with slashes. */
export interface Source {
  readonly path: string;
  readonly ast: ts.SourceFile;
}

/** One import of one file: a type-only one is gone when the code runs. */
export interface Import {
  readonly from: string;
  /** The file of src/ that is imported, else the name of the package. */
  readonly to: string;
  readonly isPackage: boolean;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

/** The text of one file of the project. */
export function read(path: string): string {
  return readFileSync(join(projectFolder, path), 'utf8');
}

export function readJson(path: string): unknown {
  return JSON.parse(read(path));
}

/** One file of src/. */
export function source(path: string): Source {
  return { path, ast: ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true) };
}

/** All files of src/ that hold code: a declaration file has no layer. */
export const sources: readonly Source[] = ts.sys
  .readDirectory(join(projectFolder, 'src'), ['.ts'], ['**/*.d.ts'])
  .map((path) => source(relative(projectFolder, path).replaceAll('\\', '/')));

/** Every node of a tree that a test function says yes to, in the order of the text. */
export function find<T extends ts.Node>(within: ts.Node, wanted: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (wanted(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(within);
  return found;
}

/** The calls of functions or methods of these names. */
export function callsOf({ ast }: Source, ...names: readonly string[]): ts.CallExpression[] {
  return find(ast, ts.isCallExpression).filter(({ expression }) => names.includes(lastName(expression)));
}

/** Of `a.b.c` the c, of `a` the a. */
export function lastName(expression: ts.Expression): string {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : '';
}

/** The texts of the string literals in a tree. */
export function texts(within: ts.Node): string[] {
  return find(within, ts.isStringLiteralLike).map(({ text }) => text);
}

/** The words that a type made of literals allows, or the values of the `kind` of its members. */
export function wordsOfType(path: string, name: string): string[] {
  const alias = find(source(path).ast, ts.isTypeAliasDeclaration).find((type) => type.name.text === name);
  if (!alias) throw new Error(`${path} declares no type ${name}`);
  return texts(alias.type);
}

/** Formats the place of a node for messages: `src/a.ts:12`. */
export function placeOf({ path, ast }: Source, node: ts.Node): string {
  return `${path}:${ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1}`;
}

/** Lists the imports of a file, type-only and dynamic ones included. */
export function importsOf({ path, ast }: Source): Import[] {
  const declared = find(ast, isImportOrExport).map((node) => ({
    spec: (node.moduleSpecifier as ts.StringLiteral).text,
    typeOnly: ts.isImportDeclaration(node)
      ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : node.isTypeOnly,
    dynamic: false,
  }));
  const dynamic = find(ast, ts.isCallExpression)
    .filter(({ expression }) => expression.kind === ts.SyntaxKind.ImportKeyword)
    .map((call) => ({ spec: texts(call).join(), typeOnly: false, dynamic: true }));
  return [...declared, ...dynamic].map(({ spec, typeOnly, dynamic }) => ({
    from: path,
    to: spec.startsWith('.') ? `${join(dirname(path), spec).replaceAll('\\', '/')}.ts` : spec,
    isPackage: !spec.startsWith('.'),
    typeOnly,
    dynamic,
  }));
}

function isImportOrExport(node: ts.Node): node is ts.ImportDeclaration | ts.ExportDeclaration {
  return (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined;
}

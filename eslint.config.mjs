import { readFileSync } from 'node:fs';
import js from '@eslint/js';
import simpleImportSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

const { layers } = JSON.parse(readFileSync(new URL('src/architecture.json', import.meta.url), 'utf8'));

/** The rules of one layer: no import from a layer above it, none of 'vscode' where it runs in plain Node. */
function rulesOf({ name, runs }, index) {
  const above = layers.slice(index + 1).map((layer) => layer.name);
  const groups = above.map((layer) => `**/${layer}/**`);
  return restrictedImports(`src/${name}/**/*.ts`, runs, groups, `${name} lies below this layer.`);
}

function restrictedImports(files, runs, groups, message) {
  const paths = runs === 'node' ? [{ name: 'vscode', message: 'This layer runs in plain Node.' }] : [];
  const patterns = groups.map((group) => ({ group: [group], message }));
  return { files: [files], rules: { 'no-restricted-imports': ['error', { paths, patterns }] } };
}

/** One style of names: camelCase for values, constants included, and PascalCase for types. Wire and file formats keep theirs. */
const namingConvention = [
  'error',
  { selector: 'default', format: ['camelCase'], leadingUnderscore: 'allow' },
  { selector: 'typeLike', format: ['PascalCase'] },
  {
    selector: ['import', 'objectLiteralProperty', 'objectLiteralMethod', 'typeProperty', 'typeMethod'],
    format: null,
  },
  { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
];

/** One block of imports: those for their effect, Node, packages, files of higher folders, of the own. Sorted within. */
const importOrder = { groups: [['^\\u0000', '^node:', '^@?\\w', '^\\.\\./', '^\\./']] };

/** Members are hidden by `private`, everywhere: TypeScript checks it, and tests of a class read like its users. */
const noHashPrivate = {
  selector:
    'PropertyDefinition > PrivateIdentifier.key, MethodDefinition > PrivateIdentifier.key, AccessorProperty > PrivateIdentifier.key',
  message: 'Declare it `private`, without #.',
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.vscode-dist/', '.celesto/', '.vscode-test/'] },
  js.configs.recommended,
  {
    plugins: { 'simple-import-sort': simpleImportSort },
    rules: { 'simple-import-sort/imports': ['error', importOrder] },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/naming-convention': namingConvention,
      'no-restricted-syntax': ['error', noHashPrivate],
      eqeqeq: 'error',
    },
  },
  {
    // node:test's describe/it return promises that the runner itself awaits.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['describe', 'it', 'test', 'suite'], package: 'node:test' },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  ...layers.map(rulesOf),
);

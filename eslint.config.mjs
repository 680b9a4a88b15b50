import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What lies above each layer: a file may not import upwards (the arrows of the house point down). */
const order = [
  'util',
  'api',
  'model',
  'gateway',
  'ssh',
  'auth',
  'ports',
  'terminal',
  'run',
  'views',
  'agents',
  'commands',
  'wiring',
];
/** Neighbours that know nothing of each other. */
const apart = { auth: ['gateway', 'ssh'], terminal: ['auth'], ports: ['auth'], run: ['auth'] };
const above = Object.fromEntries(
  order.slice(0, -1).map((layer, index) => [layer, [...order.slice(index + 1), ...(apart[layer] ?? [])]]),
);
const withoutVscode = new Set(['api', 'model', 'gateway', 'ssh']);

const layers = Object.entries(above).map(([layer, higher]) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: withoutVscode.has(layer) ? [{ name: 'vscode', message: `${layer} runs in plain Node.` }] : [],
        patterns: [
          { group: higher.map((name) => `**/${name}/**`), message: `${layer} lies below this layer.` },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.vscode-dist/', '.celesto/', '.vscode-test/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
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
  ...layers,
);

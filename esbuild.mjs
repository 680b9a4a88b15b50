// Builds the extension into dist/extension.js: one CommonJS file. ssh2 is inside it, but its code runs only when the
// first connection asks for it, since esbuild defers a CommonJS module until its import() is reached.
import { build, context } from 'esbuild';
import { mkdir, writeFile } from 'node:fs/promises';

const watch = process.argv.includes('--watch');
const options = {
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // 'vscode' comes from the editor; the native add-ons are optional to ssh2, and the package ships none.
  external: ['vscode', 'cpu-features', '*.node'],
  minify: !watch,
  sourcemap: watch,
  metafile: true,
  logLevel: 'warning',
};

if (watch) await (await context(options)).watch();
else {
  const { metafile } = await build(options);
  await mkdir('dist', { recursive: true });
  await writeFile('dist/meta.json', JSON.stringify(metafile));
}

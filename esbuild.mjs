// Builds the extension into dist/extension.js: one CommonJS file. ssh2 is inside it, but its code runs only when the
// first connection asks for it, since esbuild defers a CommonJS module until its import() is reached. The page of a
// screen, which runs in a webview, is dist/screen.js and dist/screen.css.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { build, context } from 'esbuild';

const scriptExtensions = JSON.parse(await readFile('src/scriptExtensions.json', 'utf8'));

const watch = process.argv.includes('--watch');
const [extensionReport, pageReport] = watchReports('extension', 'page');
const common = {
  bundle: true,
  minify: !watch,
  sourcemap: watch,
  metafile: true,
  logLevel: watch ? 'silent' : 'warning',
};
const extension = {
  ...common,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // 'vscode' comes from the editor; the native add-ons are optional to ssh2, and the package ships none.
  external: ['vscode', 'cpu-features', '*.node'],
  // Scripts for computers are bundled as their text.
  loader: Object.fromEntries(scriptExtensions.map((extension) => [extension, 'text'])),
  plugins: [sshClientOnly(), ...(watch ? [extensionReport] : [])],
};
const page = {
  ...common,
  entryPoints: ['src/features/screen/page/screen.ts', 'src/features/screen/page/screen.css'],
  outdir: 'dist',
  platform: 'browser',
  // noVNC awaits at its top level.
  format: 'esm',
  target: 'es2022',
  plugins: watch ? [pageReport] : [],
};

/** Leaves ssh2's server out of the bundle (16 KB): the extension is only ever a client. */
function sshClientOnly() {
  return {
    name: 'ssh-client-only',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/server\.js$/ }, ({ path, importer }) =>
        /[\\/]ssh2[\\/]lib[\\/]index\.js$/.test(importer) ? { path, namespace: 'left-out' } : undefined,
      );
      onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'module.exports = undefined;' }));
    },
  };
}

/**
 * Prints begin, problems and end in the form that the problem matchers of .vscode/tasks.json read: of all bundles
 * together, since VS Code goes on at the first end.
 */
function watchReports(...names) {
  const pending = new Set(names);
  let hasStarted = false;
  const begin = (name) => {
    if (!hasStarted) console.log('[watch] build started');
    hasStarted = true;
    pending.add(name);
  };
  const end = (name, { errors, warnings }) => {
    for (const error of errors) console.log(problemLine('error', error));
    for (const warning of warnings) console.log(problemLine('warning', warning));
    pending.delete(name);
    if (pending.size > 0) return;
    hasStarted = false;
    console.log('[watch] build finished');
  };
  return names.map((name) => ({
    name: 'watch-report',
    setup({ onStart, onEnd }) {
      onStart(() => begin(name));
      onEnd((result) => end(name, result));
    },
  }));
}

function problemLine(severity, { text, location }) {
  // A problem without a location lies in the build's own options.
  const { file, line, column } = location ?? { file: 'esbuild.mjs', line: 1, column: 0 };
  return `${file}:${line}:${column + 1}: ${severity}: ${text}`;
}

/** The licences of the packages that are inside the bundle, as these ask for. */
async function noticesOf(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const found = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const notices = [...new Set(found)].sort().map(async (folder) => {
    const { name, version, license, author, repository } = JSON.parse(
      await readFile(`${folder}/package.json`, 'utf8'),
    );
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file && !license) throw new Error(`${name} has no licence, so it cannot be shipped.`);
    const text = file ? await readFile(`${folder}/${file}`, 'utf8') : `Licence: ${license}, ${author}`;
    // The Mozilla Public License asks for it (section 3.2).
    const source = license === 'MPL-2.0' ? `Source code: ${repository.url.replace(/^git\+/, '')}\n\n` : '';
    return `${name} ${version}\n\n${source}${text.trim()}\n`;
  });
  return `This extension contains the following software.\n\n${(await Promise.all(notices)).join('\n---\n\n')}`;
}

if (watch) {
  // Ends with `npm run dev`, however that ends.
  process.once('disconnect', () => process.exit());
  for (const options of [page, extension]) await (await context(options)).watch();
} else {
  const [{ metafile }, { metafile: pageMetafile }] = await Promise.all([build(extension), build(page)]);
  await mkdir('dist', { recursive: true });
  await writeFile('dist/meta.json', JSON.stringify(metafile));
  await writeFile('dist/notices.txt', await noticesOf([metafile, pageMetafile]));
}

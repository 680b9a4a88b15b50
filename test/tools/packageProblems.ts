/** Contents of a package of the extension. */
export interface PackageContents {
  /** Paths relative to the project, with slashes. */
  readonly files: readonly string[];
  /** Of the .vsix, in bytes. */
  readonly size: number;
  /** package.json. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The text of dist/extension.js. */
  readonly bundle: string;
}

const maxBytes = 600_000;

/** The files that may be in a package: no source, no source map, no native code, no tests. */
const allowedFiles = [
  /^package(\.nls(\.[\w-]+)?)?\.json$/,
  /^dist\/(extension\.js|screen\.(js|css)|notices\.txt)$/,
  /^media\/[\w./-]+\.(svg|png|md)$/,
  /^(README\.md|CHANGELOG\.md|LICENSE)$/,
];

const neededFiles = [
  'package.json',
  ...['dist/extension.js', 'dist/screen.js', 'dist/screen.css', 'dist/notices.txt'],
  ...['README.md', 'LICENSE'],
];

/** Problems of a package, for the user to read; none when it may be published. */
export function packageProblems({ files, size, manifest, bundle }: PackageContents): string[] {
  const unexpected = files.filter((file) => !allowedFiles.some((pattern) => pattern.test(file)));
  const missing = neededFiles.filter((file) => !files.includes(file));
  return [
    ...unexpected.map((file) => `${file} does not belong in the package: see .vscodeignore.`),
    ...missing.map((file) => `${file} is missing in the package.`),
    ...(size < maxBytes ? [] : [`The package has ${size} bytes; ${maxBytes} is the limit.`]),
    ...('enabledApiProposals' in manifest ? ['package.json asks for proposed API.'] : []),
    ...(bundle.includes('sourceMappingURL') ? ['dist/extension.js names a source map.'] : []),
  ];
}

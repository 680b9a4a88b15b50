import { subscribe } from 'node:diagnostics_channel';

/** Modules that a library asks for as it is loaded, and which the extension does not carry: they tell that it was. */
const telltales: Readonly<Record<string, string>> = { 'cpu-features': 'ssh2', bufferutil: 'ws' };

/** The heavy libraries that the extension has loaded since this was called; Node tells of every require. */
export function watchLibraries(): ReadonlySet<string> {
  const loaded = new Set<string>();
  subscribe('tracing:module.require:start', (message) => {
    const { id, parentFilename } = message as { id: string; parentFilename: string };
    const library = parentFilename.endsWith('extension.js') ? telltales[id] : undefined;
    if (library) loaded.add(library);
  });
  return loaded;
}

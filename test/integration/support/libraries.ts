import { subscribe } from 'node:diagnostics_channel';

/** Optional modules, which are not bundled, by the library that requires them as it is loaded. */
const optionalModules: Readonly<Record<string, string>> = { 'cpu-features': 'ssh2', bufferutil: 'ws' };

/** @returns the heavy libraries that the extension loads from now on, found by Node's diagnostics channel of requires */
export function watchLibraries(): ReadonlySet<string> {
  const loaded = new Set<string>();
  subscribe('tracing:module.require:start', (message) => {
    const { id, parentFilename } = message as { id: string; parentFilename: string };
    const library = parentFilename.endsWith('extension.js') ? optionalModules[id] : undefined;
    if (library) loaded.add(library);
  });
  return loaded;
}

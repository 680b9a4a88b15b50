import type ssh2 from 'ssh2';

/** Loads ssh2, which is large, for the first connection. */
export async function loadSsh2(): Promise<typeof ssh2> {
  const module = await import('ssh2');
  return module.default;
}

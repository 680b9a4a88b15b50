import type ssh2 from 'ssh2';

/** ssh2, which is large, loaded when the first connection needs it. */
export async function loadSsh2(): Promise<typeof ssh2> {
  const module = await import('ssh2');
  return module.default;
}

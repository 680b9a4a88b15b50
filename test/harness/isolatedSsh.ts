import type { SshDeps } from '../../src/ssh/createSsh';

/** SSH dependencies of a machine without identity files and agent, and without a user to ask. */
export const isolatedSsh: Pick<
  SshDeps,
  'identityFile' | 'askPassphrase' | 'agentAddress' | 'lookUpKnownHost' | 'confirmHostKey'
> = {
  identityFile: () => '',
  askPassphrase: () => Promise.resolve(undefined),
  agentAddress: () => undefined,
  lookUpKnownHost: () => Promise.resolve('unknown'),
  confirmHostKey: () => Promise.resolve(false),
};

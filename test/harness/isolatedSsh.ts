import type { SshDeps } from '../../src/ssh/createSsh';

/** What SSH finds on a machine with no key and no agent but our own, and with nobody to ask. */
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

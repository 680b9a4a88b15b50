import type { SshDeps } from '../../src/ssh/createSsh';

/** What SSH finds on a machine with no key and no agent but our own, and with nobody to ask. */
export const aloneOnItsMachine: Pick<
  SshDeps,
  'identityFile' | 'askPassphrase' | 'agentAddress' | 'knownHosts' | 'askTrust'
> = {
  identityFile: () => '',
  askPassphrase: () => Promise.resolve(undefined),
  agentAddress: () => undefined,
  knownHosts: () => Promise.resolve('unknown'),
  askTrust: () => Promise.resolve(false),
};

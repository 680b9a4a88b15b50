import { t } from '@vscode/l10n';
import type { PublishedPort } from '../../api/wire';
import type { Computer } from '../../computers/computer';
import { loopbackAddress, type PortForward } from './portForward';
import type { PortForwards } from './portForwards';
import { Emitter } from '../../base/emitter';
import { formatBytes, printable } from '../../base/text';
import type { TreeChild, ChildProvider } from '../../ui/treeChildren';

export interface ForwardedPortChild extends TreeChild {
  readonly kind: 'forward';
  readonly forward: PortForward;
}

export interface PublishedPortChild extends TreeChild {
  readonly kind: 'published';
  readonly published: PublishedPort;
}

/** The forwarded ports of a computer. */
export class ForwardedPortChildren implements ChildProvider {
  readonly onDidChange;

  constructor(private readonly forwards: PortForwards) {
    this.onDidChange = forwards.onDidChange;
  }

  childrenOf({ id }: Computer): readonly ForwardedPortChild[] {
    return this.forwards.of(id).map(forwardPart);
  }
}

/** The published ports of a computer: they change with it. */
export class PublishedPortChildren implements ChildProvider {
  readonly onDidChange = new Emitter<string>().event;

  childrenOf({ publishedPorts = [] }: Computer): readonly PublishedPortChild[] {
    return publishedPorts.map(publishedPart);
  }
}

function forwardPart(forward: PortForward): ForwardedPortChild {
  const { port, localPort, error: problem } = forward;
  const label = t('Port {0}', port);
  const address = localPort === undefined ? t('waits for the computer') : `${loopbackAddress}:${localPort}`;
  const trouble = problem instanceof Error ? problem.message : undefined;
  const state = trouble ?? trafficOf(forward);
  return {
    kind: 'forward',
    forward,
    key: `forward ${port}`,
    label,
    description: [address, state].join(' · '),
    tooltip: [
      t('Port {0} of {1}, forwarded to this machine', port, forward.computer.name),
      address,
      state,
    ].join('\n'),
    ariaLabel: [label, t('forwarded'), address, state].join(', '),
    icon: trouble === undefined ? 'plug' : 'warning',
    contextValues: ['forwardedPort'],
  };
}

function trafficOf({ traffic }: PortForward): string {
  const { connections, received, sent } = traffic;
  const now =
    connections === 0 ? t('idle') : connections === 1 ? t('1 connection') : t('{0} connections', connections);
  return received + sent === 0
    ? now
    : t('{0} · {1} in, {2} out', now, formatBytes(received), formatBytes(sent));
}

function publishedPart(published: PublishedPort): PublishedPortChild {
  const { port, url } = published;
  const label = t('Port {0}', port);
  const state = stateOf(published);
  return {
    kind: 'published',
    published,
    key: `published ${port}`,
    label,
    description: [t('public'), state].join(' · '),
    tooltip: url === null ? state : t('{0}\nEverybody can reach it, without signing in.', url),
    ariaLabel: [label, t('public'), state].join(', '),
    icon: published.status === 'error' ? 'warning' : 'globe',
    contextValues: url === null ? ['publishedPort'] : ['publishedPort', 'publicAddress'],
  };
}

function stateOf({ status, url }: PublishedPort): string {
  switch (status) {
    case 'publishing':
      return t('publishing…');
    case 'unpublishing':
      return t('unpublishing…');
    case 'error':
      return t('could not be published');
    case 'published':
      return url ?? t('publishing…');
    default:
      return url ?? printable(status);
  }
}

import { t } from '@vscode/l10n';
import type { PublishedPort } from '../../api/wire';
import { Emitter } from '../../base/emitter';
import { formatBytes } from '../../base/text';
import type { Computer } from '../../computers/computer';
import { portStateOf, publishedPortLabel } from '../../computers/publishedPort';
import type { ChildContext, ChildProvider, TreeChild } from '../../ui/treeChildren';
import { loopbackAddress, type PortForward } from './portForward';
import type { PortForwards } from './portForwards';

export interface ForwardedPortChild extends TreeChild {
  readonly kind: 'forward';
  readonly forward: PortForward;
}

export interface PublishedPortChild extends TreeChild {
  readonly kind: 'published';
  readonly published: PublishedPort;
}

/** The forwarded ports below a computer in the tree. */
export class ForwardedPortChildren implements ChildProvider {
  readonly onDidChange;

  constructor(private readonly forwards: PortForwards) {
    this.onDidChange = forwards.onDidChange;
  }

  childrenOf({ id }: Computer): readonly ForwardedPortChild[] {
    return this.forwards.of(id).map(forwardedPortChild);
  }
}

/** The published ports below a computer in the tree. They are part of the computer and change with it. */
export class PublishedPortChildren implements ChildProvider {
  readonly onDidChange = new Emitter<string>().event;

  childrenOf({ name, publishedPorts = [] }: Computer): readonly PublishedPortChild[] {
    return publishedPorts.map((published) => publishedPortChild(published, name));
  }
}

function forwardedPortChild(forward: PortForward): ForwardedPortChild {
  const { port, localPort, error } = forward;
  const label = t('Port {0}', port);
  const address = localPort === undefined ? t('waiting for the computer') : `${loopbackAddress}:${localPort}`;
  const errorText = error instanceof Error ? error.message : undefined;
  const state = errorText ?? formatTraffic(forward);
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
    icon: errorText === undefined ? 'plug' : 'warning',
    contextValues: ['forwardedPort'],
  };
}

function formatTraffic({ traffic }: PortForward): string {
  const { connections, received, sent } = traffic;
  const now =
    connections === 0 ? t('idle') : connections === 1 ? t('1 connection') : t('{0} connections', connections);
  return received + sent === 0
    ? now
    : t('{0} · {1} in, {2} out', now, formatBytes(received), formatBytes(sent));
}

function publishedPortChild(published: PublishedPort, computerName: string): PublishedPortChild {
  const label = t('Port {0}', published.port);
  const state = publishedPortLabel(published, computerName);
  return {
    kind: 'published',
    published,
    key: `published ${published.port}`,
    label,
    description: [t('public'), state].join(' · '),
    tooltip: publishedPortTooltip(published, state),
    ariaLabel: [label, t('public'), state].join(', '),
    icon: publishedPortIcon(published),
    contextValues: publishedPortContexts(published),
  };
}

function publishedPortTooltip(published: PublishedPort, label: string): string {
  const state = portStateOf(published);
  if (state === 'published') return t('{0}\nAnyone can reach it, without signing in.', label);
  return state === 'suspended' && published.url !== null ? `${published.url}\n${label}` : label;
}

function publishedPortIcon(published: PublishedPort): string {
  const state = portStateOf(published);
  if (state === 'failed') return 'warning';
  return state === 'suspended' ? 'debug-pause' : 'globe';
}

/** Only a published port can be opened; the address of a suspended one can be copied. */
function publishedPortContexts(published: PublishedPort): readonly ChildContext[] {
  const state = portStateOf(published);
  if (state === 'published') return ['publishedPort', 'publicAddress', 'reachablePort'];
  return state === 'suspended' && published.url !== null
    ? ['publishedPort', 'publicAddress']
    : ['publishedPort'];
}

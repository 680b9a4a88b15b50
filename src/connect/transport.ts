import type { Computer } from '../computers/computer';
import type { ChannelOptions } from '../ssh/connection/connectionPool';
import type { Session, SessionRequest } from '../shell/session';

/**
 * SSH over TCP, SSH carried by the terminal gateway, a plain session of that gateway, or for commands the service's own
 * call.
 */
export type TransportName = 'ssh' | 'tunnel' | 'gateway' | 'service';

export type ConnectOptions = Omit<ChannelOptions, 'transport'>;

/** A way to a shell on a running computer, or to what else is asked for there. */
export interface Transport<Request = SessionRequest, Opened = Session> {
  readonly name: TransportName;
  /** Whether this computer can be reached this way, as far as one sees without trying. */
  supports(computer: Computer): boolean;
  open(computer: Computer, request: Request, options: ConnectOptions): Promise<Opened>;
}

import type { Computer } from '../../model/computer';
import type { ChannelOptions } from '../../ssh/pool';
import type { Session, SessionRequest } from '../session';

/** SSH over TCP, SSH carried by the terminal gateway, or a plain session of that gateway. */
export type RoadName = 'ssh' | 'tunnel' | 'gateway';

export type TravelOptions = Omit<ChannelOptions, 'way'>;

/** A way to a shell on a running computer. */
export interface Road {
  readonly name: RoadName;
  /** Whether this computer can be reached this way, as far as one sees without trying. */
  leadsTo(computer: Computer): boolean;
  open(computer: Computer, request: SessionRequest, options: TravelOptions): Promise<Session>;
}

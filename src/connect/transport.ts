import type { Computer } from '../computers/computer';
import type { Session, SessionRequest } from '../shell/shellSession';
import type { ChannelOptions } from '../ssh/connection/connectionPool';

/** SSH over TCP, SSH carried by the terminal gateway, a plain session of that gateway. */
export type TransportName = 'ssh' | 'tunnel' | 'gateway';

export type ConnectOptions = Omit<ChannelOptions, 'transport'>;

/** A protocol by which a session on a running computer is opened: a shell, a channel, a command. */
export interface Transport<Request = SessionRequest, Opened = Session, Name extends string = string> {
  readonly name: Name;
  readonly messages: TransportMessages;
  /** Judges by the computer's record alone; nothing is tried. */
  supports(computer: Computer): boolean;
  open(computer: Computer, request: Request, options: ConnectOptions): Promise<Opened>;
}

/** Sentences of a transport for the user. */
export interface TransportMessages {
  /** Says that the transport is tried now. */
  connecting(computer: Computer): string;
  /** Says that this transport is tried in place of another that failed. */
  fallback(): string;
}

import { ApiError } from './computer';
import type { ContractName } from './contract/contract';
import type { DateSpelling } from './dates';

/** The kind of WebSocket frames for the output of a terminal. */
export type Frames = 'binary' | 'text';

/** An optional route: there, not there, or, as null, there if the contract has it. */
type OptionalRoute = boolean | null;

/** Options of the service: its contract, and behaviour for tests. By default it is as strict as production is known to be. */
export interface Features {
  /** The contract to speak: its routes and fields. */
  contract: ContractName;
  /** Routes that only the contract of June has. */
  retryRestore: OptionalRoute;
  execStream: OptionalRoute;
  billingSummary: OptionalRoute;
  /** Optional routes of both contracts. */
  commands: boolean;
  observability: boolean;
  publishedPorts: boolean;
  display: boolean;
  browser: boolean;
  billingSizes: boolean;
  /** A create must name a size, as the service's MCP server demands; it is not known of the API itself. */
  sizeRequired: boolean;
  /** The form of a refused size or network: 400 with a sentence, or 422 that names the fields. */
  refusals: 'sentence' | 'validation';
  /** Leaves the machines of GitHub CI out of lists, as the service's MCP server does, unless their origin is asked for. */
  hideCiMachines: boolean;
  /** Answers a create and a start when the computer runs, or has failed, and not at once. */
  answersWhenRunning: boolean;
  /** The part of the answers to create, start, stop and delete with the id of their operation. None is known to have it. */
  operationIds: 'none' | 'body' | 'header' | 'both';
  /** A command goes on when its caller leaves before it has ended. */
  execOutlivesCaller: boolean;
  /** Ids of templates whose image supports no public ports. */
  templatesWithoutPorts: string[];
  dates: DateSpelling;
  /** Sends a byte order mark before JSON. */
  byteOrderMark: boolean;
  /** Lists every computer, whatever the limit of the request. */
  ignoreListLimit: boolean;
  /** Frames that terminals send. In text frames bytes that are not UTF-8 are replaced, as a careless service does. */
  gatewayFrames: Frames;
  /** URL to answer in place of the terminal gateway's, with the id for `{terminal_id}`; null: the real one. */
  gatewayUrl: string | null;
  /** Lifetime of a terminal's token, ms; at 0 it is expired from the start. */
  tokenLife: number;
}

/** The service as it is assumed to be. */
export const defaultFeatures: Features = {
  contract: '2026-10',
  retryRestore: null,
  execStream: null,
  billingSummary: null,
  commands: true,
  observability: true,
  publishedPorts: true,
  display: true,
  browser: true,
  billingSizes: true,
  sizeRequired: false,
  refusals: 'sentence',
  hideCiMachines: false,
  answersWhenRunning: false,
  operationIds: 'none',
  execOutlivesCaller: false,
  templatesWithoutPorts: [],
  dates: 'mixed',
  byteOrderMark: false,
  ignoreListLimit: false,
  gatewayFrames: 'binary',
  gatewayUrl: null,
  tokenLife: 30_000,
};

type RouteName = {
  [Name in keyof Features]: Features[Name] extends OptionalRoute ? Name : never;
}[keyof Features];

/** @returns a hook for an optional route, which answers 404 to every request while the service does not have it */
export function requireFeature(features: Features, name: RouteName): () => Promise<void> {
  return () => existsIf(features[name] ?? features.contract === '2026-06');
}

/** @returns a hook for a route of one contract alone, which answers 404 to every request while another is spoken */
export function requireContract(features: Features, contract: ContractName): () => Promise<void> {
  return () => existsIf(features.contract === contract);
}

function existsIf(exists: boolean): Promise<void> {
  return exists ? Promise.resolve() : Promise.reject(new ApiError(404, 'Not Found'));
}

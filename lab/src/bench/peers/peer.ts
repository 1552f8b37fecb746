import type { ManagedProcess } from '@tocsin/tools/process/managed-process';
import type { Protocol } from '../protocols/protocol.ts';

export const PEER_IDS = [
  'ws',
  'socketio-streams',
  'socketio-pubsub',
  'socketio-recovery',
  'centrifugo',
  'tocsin',
] as const;
export type PeerId = (typeof PEER_IDS)[number];

/** The processes that use CPU and memory for a peer. */
export type ProcessGroup = 'applications' | 'sidecars' | 'redis';

export interface PeerProcess {
  group: ProcessGroup;
  process: ManagedProcess;
  /** It holds the sockets of clients. */
  hasSockets: boolean;
}

export interface Message {
  feed: string;
  /** Its number and padding. */
  text: string;
}

export interface PublishRequest {
  body: string;
  /** Another path than that for one message. */
  path?: string;
  headers?: Record<string, string>;
}

/** Something that brings messages from a POST to browsers, started and ready. */
export interface Peer {
  id: PeerId;
  name: string;
  version: string;
  /** How it is set up, where that is a choice. */
  setup: string;
  protocol: Protocol;
  /** The addresses for posting, used in turn. */
  publishUrls: readonly string[];
  /** Instances that clients connect to, in turn. */
  socketUrls: readonly string[];
  /** One request for one or several messages. */
  requestFor(messages: readonly Message[]): PublishRequest;
  processes: readonly PeerProcess[];
  /** Restarts the processes that hold sockets; resolves when they are ready. */
  restart(): Promise<void>;
  /** Ends everything. Leaves no process and no data. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Instances that clients connect to. */
  instances: number;
  /** Redis writes each change to disk before it answers (`appendfsync always`), or keeps nothing. */
  persistence: boolean;
  logDir: string;
  /** Our applications write CPU profiles into `profiles` beside their logs. */
  profile?: boolean;
}

/** Starts a peer. @throws Failure that names what is missing */
export type StartPeer = (options: StartOptions) => Promise<Peer>;

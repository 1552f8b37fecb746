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

export type ProcessGroup = 'applications' | 'sidecars' | 'redis';

/** A process that counts toward the peer's CPU and memory usage. */
export interface PeerProcess {
  group: ProcessGroup;
  process: ManagedProcess;
  /** True if clients connect to it. */
  hasSockets: boolean;
}

export interface Message {
  feed: string;
  /** The message's number, padded to the payload size. */
  text: string;
}

export interface PublishRequest {
  body: string;
  /** The path to POST to, if it differs from the publish URL's path. */
  path?: string;
  headers?: Record<string, string>;
}

/** A running system that delivers POSTed messages to browsers. */
export interface Peer {
  id: PeerId;
  name: string;
  version: string;
  setup: string;
  protocol: Protocol;
  /** The URLs to POST to, used round-robin. */
  publishUrls: readonly string[];
  /** The URLs of the instances. Clients connect to them round-robin. */
  socketUrls: readonly string[];
  requestFor(messages: readonly Message[]): PublishRequest;
  processes: readonly PeerProcess[];
  /** Restarts the processes that clients connect to. Resolves when they're ready. */
  restart(): Promise<void>;
  /** Stops all processes and deletes all data. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Number of instances that clients connect to. */
  instances: number;
  /** True if Redis writes each change to disk before it replies (`appendfsync always`), false if persistence is off. */
  persistence: boolean;
  logDir: string;
  /** If true, our applications write CPU profiles into `profiles` next to the logs. */
  profile?: boolean;
}

/** Starts a peer. @throws Failure that identifies a missing requirement */
export type StartPeer = (options: StartOptions) => Promise<Peer>;

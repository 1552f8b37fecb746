import { randomBytes } from 'node:crypto';
import { MemoryClaimCheck, Signer, parseSigningKeys } from '@tocsin/service';
import type { Backend, Inbound } from '../backend.ts';
import type { Compose, Operate } from '../ops/ports.ts';
import { linkProofs } from '../away/links.ts';
import { positionProofs } from '../deliver/broadcast/position-proofs.ts';
import { MemoryAuditStore } from './audit-store.ts';
import { MemoryBroadcaster } from './broadcaster.ts';
import { MemoryCheckpoints } from './checkpoints.ts';
import { MemorySetAsideRecords } from './set-aside-records.ts';
import { MemoryFeedLog } from './feed-log.ts';
import { MemoryInstanceBoard } from './instance-board.ts';
import { MemoryOrigin } from './origin.ts';
import { MemoryPastHourStore } from './past-hour-store.ts';
import { MemoryReaderStore } from './reader-store.ts';
import { MemorySetAside } from './set-aside.ts';
import { MemoryWakeUps } from './wake-ups.ts';

export interface MemoryBackend extends Backend {
  entries: MemoryClaimCheck;
  /** Delivers an announcement to the instance and settles with the outcome. */
  announce(data: unknown): Promise<unknown>;
  /** Sets the producer that accepts composed notifications. */
  composeWith(compose: Compose): void;
  /** Sets the producer that handles operations. */
  operateWith(operate: Operate): void;
}

/** Creates an in-memory backend for tests and UI development. */
export function memoryBackend(secrets: Readonly<Record<string, string>> = {}): MemoryBackend {
  let inbound: Inbound | undefined;
  const announce = async (data: unknown): Promise<unknown> => {
    if (!inbound) throw new Error('no instance is receiving announcements yet');
    return inbound.onAnnouncement(data);
  };
  let handleComposed: Compose = () => Promise.reject(new Error('there is no producer'));
  let handleOperation: Operate = () => Promise.reject(new Error('there is no producer'));
  const compose: Compose = (body) => handleComposed(body);
  const [entries, setAside, audit] = [new MemoryClaimCheck(), new MemorySetAside(), new MemoryAuditStore()];
  const keys = parseSigningKeys(randomBytes(32).toString('hex'));
  const signer = new Signer(() => keys);
  return {
    log: new MemoryFeedLog(),
    checkpoints: new MemoryCheckpoints(),
    proofs: positionProofs(signer),
    origin: new MemoryOrigin(),
    entries,
    setAside,
    setAsideRecords: new MemorySetAsideRecords({ setAside, entries, announce, compose }),
    board: new MemoryInstanceBoard(),
    past: new MemoryPastHourStore(),
    probes: {},
    compose,
    operate: (operation) => handleOperation(operation),
    auditSink: audit,
    auditReader: audit,
    composeWith: (handler) => {
      handleComposed = handler;
    },
    operateWith: (handler) => {
      handleOperation = handler;
    },
    broadcaster: new MemoryBroadcaster(),
    readers: new MemoryReaderStore(),
    wakeUps: new MemoryWakeUps((name) => inbound?.onWakeUp(name)),
    publishReceipt: () => Promise.resolve(),
    invokeBinding: () => Promise.reject(new Error('there is no sidecar')),
    linkProofs: linkProofs(signer),
    announce,
    readSecret: async (name) => secrets[name],
    announceAgain: async (announcement) => {
      await announce(announcement);
    },
    receive: async (handlers) => {
      inbound = handlers;
      return async () => {
        inbound = undefined;
      };
    },
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

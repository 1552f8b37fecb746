import type { InstanceSnapshot, OpsStatus, PastInstance } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { sampleOf } from '../instances/history.ts';
import { ROLL_OUT_MS, STUCK_MS, verdictOf, type Facts } from './rules.ts';
import { runbookFor } from './runbook.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const HOUR = 3_600_000;

const live = (members: Partial<InstanceSnapshot> = {}): InstanceSnapshot => ({
  ...{ v: 1, instance: 'a', startedAt: ago(HOUR), at: ago(0), connections: 0, feeds: 0 },
  ...{ accepted: 0, delivered: 0, suppressed: 0, p50Ms: 2, p99Ms: 9, version: '1.0.0' },
  ...{ queue: { waiting: 0, heldBack: 0, oldestMs: 0 }, redis: { used: 10, limit: 100 } },
  ...members,
});
const past = (instance: string, at: number, members: Partial<PastInstance> = {}): PastInstance => ({
  ...{ v: 1, instance, version: '1.0.0', startedAt: ago(HOUR), at: ago(at), minutes: [], ...members },
});
const facts = (members: Partial<Facts> = {}): Facts => ({
  ...{ now: NOW, instances: [live(), live({ instance: 'b' })], past: [], samples: [], ...members },
});
const faultsOf = (members: Partial<Facts>) => verdictOf(facts(members)).faults;

it('should be healthy with two quiet instances and unknown before the first metrics', () => {
  expect(verdictOf(facts())).toEqual({ state: 'healthy', faults: [] });
  expect(verdictOf(facts({ instances: undefined }))).toEqual({ state: 'unknown', faults: [] });
  expect(verdictOf(facts({ instances: [] })).state).toBe('unknown');
});

it('should list the worst problem first', () => {
  const all = faultsOf({
    silentSince: NOW - 5_000,
    setAside: { total: 2, oldestAt: ago(60_000) },
    past: [past('gone', 300_000)],
  });
  expect(all).toEqual([
    { kind: 'unreachable', since: NOW - 5_000 },
    { kind: 'vanished', instances: ['gone'], since: NOW - 300_000 },
    { kind: 'setAside', total: 2, since: NOW - 60_000 },
  ]);
});

it('should report unsent fallbacks and when the oldest failed', () => {
  const unsent = (at: number) => ({
    ...{ reader: 'user:ada', id: 'a', createdAt: ago(HOUR), via: 'email', at: ago(at) },
    outcome: 'refused' as const,
  });
  const list = [unsent(1_000), unsent(9_000), unsent(5_000)];
  expect(faultsOf({ unsent: { fallbacks: list, next: null } })).toEqual([
    { kind: 'fallbacks', total: 3, hasMore: false, since: NOW - 9_000 },
  ]);
  expect(faultsOf({ unsent: { fallbacks: list, next: 'x' } })).toMatchObject([{ hasMore: true }]);
  expect(faultsOf({ unsent: { fallbacks: [], next: null } })).toEqual([]);
});

it('should report outdated metrics unless an unresponsive server or dependency explains them', () => {
  expect(faultsOf({ noMetricsSince: NOW - 3_000 })).toEqual([{ kind: 'figures', since: NOW - 3_000 }]);
  expect(faultsOf({ noMetricsSince: NOW, silentSince: NOW })).toMatchObject([{ kind: 'unreachable' }]);
  const failing: OpsStatus['failing'] = [{ dependency: 'store', since: ago(0) }];
  const status = { at: ago(0), instance: 'a', version: '1', links: {}, failing };
  expect(faultsOf({ noMetricsSince: NOW, status })).toMatchObject([{ kind: 'dependency' }]);
});

describe('a missing instance', () => {
  it('should not be a problem if it was stopped, is only late, or is back', () => {
    expect(faultsOf({ past: [past('c', 60_000, { stoppedAt: ago(60_000) })] })).toEqual([]);
    expect(faultsOf({ past: [past('c', 5_000)] })).toEqual([]);
    expect(faultsOf({ past: [past('a', 600_000)] })).toEqual([]);
  });

  it('should not be a problem once another instance has replaced it', () => {
    const missing = [past('c', 600_000), past('d', 500_000)];
    const [fault] = faultsOf({ past: missing });
    expect(fault).toMatchObject({ instances: ['c', 'd'], since: NOW - 600_000 });
    const successor = live({ instance: 'e', startedAt: ago(550_000) });
    expect(faultsOf({ past: missing, instances: [live(), successor] })[0]).toMatchObject({
      instances: ['d'],
    });
  });
});

it('should list an unresponsive dependency but not the store behind an unresponsive sidecar', () => {
  const failing: OpsStatus['failing'] = [
    { dependency: 'sidecar', since: ago(9_000) },
    { dependency: 'store', since: ago(8_000) },
  ];
  const status = { at: ago(0), instance: 'a', version: '1', links: {}, failing };
  expect(faultsOf({ status })).toEqual([
    { kind: 'dependency', dependency: 'sidecar', instance: 'a', since: NOW - 9_000 },
  ]);
  const onlyStore = { ...status, failing: failing.slice(1) };
  expect(faultsOf({ status: onlyStore })).toMatchObject([{ dependency: 'store' }]);
});

it('should determine when late delivery started, including across samples without deliveries', () => {
  const sample = (at: number, p99Ms: number | null) =>
    sampleOf(NOW - at, [live({ p99Ms: 3 }), live({ p99Ms })]);
  const quiet = (at: number) => sampleOf(NOW - at, [live({ p99Ms: null })]);
  const samples = [sample(400_000, 8), sample(300_000, 1_500), quiet(200_000), sample(0, 2_000)];
  expect(faultsOf({ instances: [live(), live({ p99Ms: 2_000 })], samples })).toEqual([
    { kind: 'late', p99Ms: 2_000, since: NOW - 300_000 },
  ]);
  expect(faultsOf({ instances: [live({ p99Ms: null })], samples })).toEqual([]);
});

it('should report that announcements are stuck and when the oldest arrived', () => {
  const stuck = { waiting: 3, heldBack: 4, oldestMs: STUCK_MS + 1 };
  const samples = [sampleOf(NOW, [])];
  expect(faultsOf({ instances: [live(), live({ queue: stuck })], samples })).toEqual([
    { kind: 'queue', unfinished: 7, oldestMs: STUCK_MS + 1, since: NOW - STUCK_MS - 1 },
  ]);
  expect(faultsOf({ instances: [live({ queue: { ...stuck, oldestMs: STUCK_MS } })], samples })).toEqual([]);
  expect(faultsOf({ instances: [live({ queue: null })] })).toEqual([]);
});

it('should report that Redis is nearly full and when that started', () => {
  const full = live({ redis: { used: 85, limit: 100 } });
  const samples = [sampleOf(NOW - 20_000, [live()]), sampleOf(NOW - 10_000, [full]), sampleOf(NOW, [full])];
  expect(faultsOf({ instances: [live(), full], samples })).toEqual([
    { kind: 'memory', used: 85, limit: 100, since: NOW - 10_000 },
  ]);
  expect(faultsOf({ instances: [live({ redis: { used: 84, limit: 100 } })] })).toEqual([]);
  expect(faultsOf({ instances: [live({ redis: null })] })).toEqual([]);
});

it('should accept different versions only during a rollout', () => {
  const both = (startedAt: string) => [live(), live({ instance: 'b', version: '1.1.0', startedAt })];
  expect(faultsOf({ instances: both(ago(ROLL_OUT_MS - 1)) })).toEqual([]);
  expect(faultsOf({ instances: both(ago(ROLL_OUT_MS)) })).toEqual([
    { kind: 'versions', versions: ['1.0.0', '1.1.0'], since: NOW - ROLL_OUT_MS },
  ]);
});

it("should link each problem to a runbook section if there's a runbook", () => {
  const fault = { kind: 'memory', used: 1, limit: 1, since: undefined } as const;
  expect(runbookFor(fault, 'https://wiki.example/ops')).toBe('https://wiki.example/ops#tocsinredisnearfull');
  expect(runbookFor(fault, undefined)).toBeUndefined();
});

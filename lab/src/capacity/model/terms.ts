import { add, costAt, entryCost, times, type Constants, type Cost } from './constants.ts';
import type { Flow, Load, Size } from './load.ts';

const MICRO = 1e6;

/**
 * A contribution to the total CPU time: something that happens `perSecond` times a second and costs `cost` each time.
 */
export interface Term {
  name: string;
  perSecond: number;
  cost: Cost;
}

/** The terms that belong to turns. Of the bffs, only the partition's host bears these costs. */
const TURNS: readonly string[] = [
  'entries, POST to broadcast',
  'additional feeds in an entry',
  'additional notifications of a feed in an entry',
];

/** Returns the contributions to a load's CPU time at this size. */
export function termsOf(load: Load, flow: Flow, { cpu }: Constants, size: Size) {
  const { instances, producers } = size;
  const feeds = flow.events - flow.entries;
  const notifications = load.rate - flow.events;
  const { producer, producerSidecar, bff, bffSidecar, redis, broadcast } = cpu.idleSecond;
  const idle = add(
    times({ producer: producer ?? 0, producerSidecar: producerSidecar ?? 0 }, producers),
    times({ bff: bff ?? 0, bffSidecar: bffSidecar ?? 0 }, instances),
    { redis: redis ?? 0, broadcast: broadcast ?? 0 },
  );
  const terms: Term[] = [
    { name: 'idle processes', perSecond: 1, cost: idle },
    { name: 'entries, POST to broadcast', perSecond: flow.entries, cost: entryCost(cpu, flow.entries, size) },
    {
      name: 'additional POSTs that share an entry',
      perSecond: flow.requests - flow.entries,
      cost: cpu.furtherRequest,
    },
    { name: 'additional feeds in an entry', perSecond: feeds, cost: cpu.furtherFeed },
    {
      name: 'additional notifications of a feed in an entry',
      perSecond: notifications,
      cost: cpu.furtherNotification,
    },
    {
      name: 'turns on a different instance',
      perSecond: (flow.entries * (instances - 1)) / instances,
      cost: cpu.remoteTurn,
    },
    {
      name: 'messages received by every bff',
      perSecond: flow.entries * instances,
      cost: costAt(cpu.hear, flow.entries),
    },
    { name: 'additional feeds in a message', perSecond: feeds * instances, cost: cpu.hearFeed },
    {
      name: 'additional publications of a feed in a message',
      perSecond: notifications * instances,
      cost: cpu.hearFurther,
    },
    { name: 'events of watched feeds', perSecond: flow.events * flow.watchingInstances, cost: cpu.show },
    { name: 'events written to sockets', perSecond: flow.pushes, cost: cpu.push },
    { name: 'connects and subscribes', perSecond: flow.connects, cost: cpu.connect },
    { name: 'newly watched feeds', perSecond: flow.newViews, cost: cpu.newView },
    {
      name: 'idle subscriptions (pings, positions)',
      perSecond: flow.subscriptions,
      cost: cpu.connectionSecond,
    },
    { name: 'comparisons with heads', perSecond: flow.comparisons, cost: cpu.comparison },
    { name: 'receipts from pages', perSecond: flow.receipts, cost: cpu.receipt },
  ];
  return terms.filter(({ perSecond }) => perSecond > 1e-9);
}

/** Returns the cores that a partition's turns use on its host. */
export function turnsOf(terms: readonly Term[], partitions: number): number {
  const turns = terms.filter(({ name }) => TURNS.includes(name));
  return (
    turns.reduce((sum, { perSecond, cost }) => sum + (perSecond * (cost.bff ?? 0)) / MICRO, 0) / partitions
  );
}

/** Returns the cores used by a bff that hosts an even share of the partitions, rounded up to whole partitions. */
export function busiestBffOf(terms: readonly Term[], cores: number, { instances, partitions }: Size): number {
  const turns = turnsOf(terms, partitions);
  return (cores - turns * partitions) / instances + turns * Math.ceil(partitions / instances);
}

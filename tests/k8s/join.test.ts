import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@tocsin/tools/process/run';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT } from './cluster.ts';

const SCRIPT = join(ROOT, 'k8s/components/redis-cluster-nodes/join.sh');
const RANGES = ['0-5460', '5461-10921', '10922-16383'];
const idOf = (n: number | string) => String(n).repeat(40).slice(0, 40);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'join-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/**
 * Returns a `cluster nodes` line. `rest` starts with the id of the node's master, or with `-` if the node is a master.
 * For a master, `rest` ends with the slots.
 */
const line = (n: number, role: string, rest: string, at = n) =>
  `${idOf(n)} 10.0.0.${at}:6379@16379,redis-${at}.redis ${role} ${rest}`;
const master = (n: number, slots = '', flags = 'master') =>
  line(n, flags, `- 0 0 1 connected ${slots}`.trimEnd());
const replica = (n: number, masterId: string) => line(n, 'slave', `${masterId} 0 0 1 connected`);

/** Runs a round of the script on redis-0. Returns the commands that change the cluster. */
async function changesAfter(nodes: string[], assigned: number): Promise<string[]> {
  const program = (name: string, text: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'nodes'), nodes.join('\n'));
  program('sleep', `[ ! -e ${folder}/slept ] && touch ${folder}/slept`);
  program('getent', `echo "10.0.0.$(echo "$2" | sed 's/[^0-9]//g') $2"`);
  program(
    'valkey-cli',
    `case "$*" in
       *"cluster nodes") cat ${folder}/nodes ;;
       *"cluster info") echo cluster_slots_assigned:${assigned} ;;
       *) echo "$*" | sed 's/.*operator //' >> ${folder}/changes ;;
     esac`,
  );
  writeFileSync(join(folder, 'changes'), '');
  const env = { PATH: `${folder}:${process.env['PATH']}`, HOSTNAME: 'redis-0' };
  await run('sh', [SCRIPT], { env });
  return readFileSync(join(folder, 'changes'), 'utf8').split('\n').filter(Boolean);
}

const self = master(0, '', 'myself,master');
const claim = ['cluster addslotsrange 0 5460', 'cluster bumpepoch'];

it('should claim its share of the slots in a new cluster', async () => {
  const nodes = [self, ...[1, 2, 3, 4, 5].map((n) => master(n))];
  expect(await changesAfter(nodes, 0)).toEqual(claim);
});

it('should claim the slots that were lost with a master and its replica', async () => {
  const others = [
    master(1, RANGES[1]),
    master(2, RANGES[2]),
    master(3),
    replica(4, idOf(1)),
    replica(5, idOf(2)),
  ];
  expect(await changesAfter([self, ...others], 10_923)).toEqual(claim);
});

it.each([
  ['an unknown master', '-'],
  ['the master that this node replaces', idOf(9)],
])('should leave lost slots to a replica of %s that still has the data', async (_, masterId) => {
  const others = [
    master(1, RANGES[1]),
    master(2, RANGES[2]),
    replica(3, masterId),
    replica(4, idOf(1)),
    replica(5, idOf(2)),
  ];
  expect(await changesAfter([self, ...others], 10_923)).toEqual([]);
});

it('should replicate the only master that has no replica, if all slots are served', async () => {
  const others = [
    master(1, RANGES[1]),
    master(2, RANGES[2]),
    master(3, RANGES[0]),
    replica(4, idOf(1)),
    replica(5, idOf(2)),
  ];
  expect(await changesAfter([self, ...others], 16_384)).toEqual([`cluster replicate ${idOf(3)}`]);
});

it('should leave the cluster alone while a node is missing', async () => {
  const nodes = [self, ...[1, 2, 3, 4].map((n) => master(n))];
  const changes = await changesAfter(nodes, 0);
  expect(changes.filter((change) => !/cluster my?id|cluster meet/.test(change))).toEqual([]);
});

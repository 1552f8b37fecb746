import { describe, expect, it } from 'vitest';
import { readBenchOptions } from './options.ts';
import { PEER_IDS } from './peers/peer.ts';
import { WORKLOAD_IDS } from './workloads/workload.ts';

describe('the bench options', () => {
  it('should default to three rounds with all workloads, all peers and persistence', () => {
    const options = readBenchOptions([]);
    expect(options).toMatchObject({
      rounds: 3,
      persistence: true,
      all: false,
      json: false,
      isComplete: true,
    });
    expect(options.workloads).toEqual(WORKLOAD_IDS);
    expect(options.peers).toEqual(PEER_IDS);
  });

  it('should select workloads, peers or both', () => {
    expect(readBenchOptions(['--only', 'latency'])).toMatchObject({
      workloads: ['latency'],
      peers: PEER_IDS,
      isComplete: false,
    });
    expect(readBenchOptions(['--only', 'ws,tocsin', '--only=singles'])).toMatchObject({
      workloads: ['singles'],
      peers: ['ws', 'tocsin'],
    });
    expect(readBenchOptions(['--small']).isComplete).toBe(false);
  });

  it('should list all errors', () => {
    expect(() =>
      readBenchOptions(['--rounds', '0', '--only', 'lightning', '--persistence', 'maybe']),
    ).toThrow(/--rounds must.*--persistence must.*unknown workload or peer lightning.*Usage: npm run bench/s);
    expect(() => readBenchOptions(['--fast'])).toThrow(/--fast.*Usage: npm run bench/s);
  });
});

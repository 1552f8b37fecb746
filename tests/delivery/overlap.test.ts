import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failpoints } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow } from '../support/flow.ts';
import { findHost } from '../support/processes/hosting.ts';
import { eventually, readHead } from '../support/state.ts';

/** How long (ms) the other instances wait for a silent host. Half a second later, they take over the host's turns. */
const ACTOR_TIMEOUT_MS = 3_000;
/** A delay (ms) between a turn's peek and commit that lets other instances take over. */
const HELD_LONG_MS = 8_000;
/** A delay (ms) between a turn's peek and commit that's too short for other instances to take over. */
const HELD_SHORT_MS = 2_500;

describe('a turn that is delayed until the feed has continued without it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-overlap-'));
  const failpoints = new Failpoints(dir);
  let stack: Stack;
  let flow: Flow;

  beforeAll(async () => {
    stack = await startStack({
      bffEnv: (index) => ({
        ...failpoints.env(`bff-${index + 1}`),
        ACTOR_TIMEOUT_MS: String(ACTOR_TIMEOUT_MS),
        SIDECAR_TIMEOUT_MS: '30000',
      }),
    });
    flow = new Flow(stack);
    await flow.ready();
  });
  afterAll(async () => {
    flow.close();
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const offsetAt = async (pair: Pair) => (await readHead(pair, 'all'))?.offset ?? 0;

  /**
   * Delays the host's turn between peek and commit, causes a fault in the host, and waits until the feed continues
   * without that turn. Returns `until`: the delayed turn doesn't continue before this time.
   */
  async function overtake(heldMs: number, causeFault: (host: Pair) => Promise<unknown>) {
    const { host, others } = await findHost(stack);
    const [other] = others as [Pair];
    const until = Date.now() + heldMs;
    failpoints.set(host.name, `peeked=pause:${heldMs}`);
    await eventually(async () => failpoints.triggeredBy(host.name) !== undefined);
    failpoints.clear(host.name);
    const offset = await offsetAt(other);
    await causeFault(host);
    expect(Date.now(), 'the turn must still be delayed').toBeLessThan(until);
    await eventually(async () => (await offsetAt(other)) > offset);
    return { host, others, until };
  }

  it.each([
    ['late', HELD_LONG_MS, async () => undefined, async () => undefined],
    [
      'sidecar-killed',
      HELD_LONG_MS,
      ({ sidecar }: Pair) => sidecar.kill(),
      async (host: Pair) => {
        await host.sidecar.start();
        await host.ready();
      },
    ],
    ['stopped', HELD_LONG_MS, ({ app }: Pair) => app.kill('SIGSTOP'), ({ app }: Pair) => app.kill('SIGCONT')],
  ] as const)(
    'should not commit items that other instances have already committed (host: %s)',
    async (label, heldMs, causeFault, endFault) => {
      await flow.during(label, async () => {
        const { host, others, until } = await overtake(heldMs, causeFault);
        if (label !== 'stopped') expect(Date.now(), 'the turn must still be delayed').toBeLessThan(until);
        await endFault(host);
        await delay(until + 1_000 - Date.now());
        return { resumesAt: Date.now(), affected: others };
      });
    },
  );

  it('should fail to commit through a sidecar that was paused and then resumed', async () => {
    await flow.during('commit-late', async () => {
      const { host, others } = await overtake(HELD_SHORT_MS, ({ sidecar }) => sidecar.kill('SIGSTOP'));
      await host.sidecar.kill('SIGCONT');
      return { resumesAt: Date.now(), affected: others };
    });
  });
});

import { expect, it } from 'vitest';
import { NAMESPACE, pods } from './cluster.ts';
import { withStranger, withPublisher } from './stranger.ts';

/** Tests the deployment from another application's pods in the same namespace. */
export function testOpenPorts(): void {
  it('should require certificates between sidecars, and reject strangers', () =>
    withStranger('stranger', async ({ responses, run }) => {
      expect(responses).toEqual({
        invoked: 403,
        published: 403,
        announced: 403,
        invokedBff: 403,
        producer: {
          name: expect.stringContaining(`URI:spiffe://public/ns/${NAMESPACE}/producer`) as string,
          end: expect.not.stringMatching('still open') as string,
        },
      });
      const attacks = ['bff-dapr', 'producer-dapr'].flatMap((host) =>
        (['local', 'actor'] as const).flatMap((call) => [
          { name: `${host} ${call} in plain text`, host, port: 50002, call },
          { name: `${host} ${call} without a certificate`, host, port: 50002, call, tls: {} },
        ]),
      );
      const outcomes = await run(
        'invocation/internal-grpc.mjs',
        ...attacks.map((attack) => JSON.stringify(attack)),
      );
      expect(Object.keys(outcomes as object)).toHaveLength(attacks.length);
      for (const outcome of Object.values(outcomes as object))
        expect(outcome).toMatch(/^(ECONNRESET|ERR_|closed)/);
    }));

  it('should open only the documented ports to a pod in the namespace', () =>
    withStranger('scanner', async ({ run }) => {
      const open: Record<string, unknown> = {};
      const waiting = await pods();
      // A scan saturates a core, so only two run at a time.
      async function scanNext(): Promise<void> {
        for (let pod = waiting.shift(); pod; pod = waiting.shift())
          open[pod.app] = await run('network/scan-ports.mjs', pod.address);
      }
      await Promise.all([scanNext(), scanNext()]);
      expect(open).toEqual({
        bff: [3501, 4001, 9090, 50002],
        producer: [3501, 4000, 9090, 50002],
        redis: [6379],
        ui: [8080],
      });
    }));

  it('should accept events from an application that’s listed as a publisher', () =>
    withPublisher('friend', () =>
      withStranger('friend', ({ responses }) => {
        expect(responses).toMatchObject({ published: 204, announced: 403, invoked: 403 });
        return Promise.resolve();
      }),
    ));
}

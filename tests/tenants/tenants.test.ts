import { setTimeout as delay } from 'node:timers/promises';
import { feedKey } from '@tocsin/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SENTRY_TOKEN_FILE, withStranger } from '../k8s/stranger.ts';
import { certificateRequest } from './certificate.ts';
import {
  internalPortProbes,
  publicPortProbes,
  redisProbes,
  sidecarProbes,
  withAttackedRedis,
} from './attacks.ts';
import { Tenant, kubectl } from './tenant.ts';

const READER = 'ada';
const [ours, theirs] = [
  new Tenant('tocsin-tenant-a', {}),
  new Tenant('tocsin-tenant-b', { writesPerMinute: 3 }),
];

beforeAll(async () => {
  const startedAt = Date.now();
  await Promise.all([ours.install(), theirs.install()]);
  console.log(`installed two releases in ${Math.round((Date.now() - startedAt) / 1000)} s`);
});
afterAll(() => Promise.all([ours.remove(), theirs.remove()]));

/** Runs an attack, and checks that it had no effect on `ours`. */
async function expectUnharmed(attack: () => Promise<void>): Promise<void> {
  const before = { state: await ours.state(READER), keys: await ours.keys() };
  await attack();
  // Long enough for any work that the attack has started.
  await delay(1_000);
  expect(await ours.state(READER)).toEqual(before.state);
  // Check only for new keys, since documents might have expired by now.
  expect((await ours.keys()).filter((key) => !before.keys.includes(key))).toEqual([]);
}

const refusedByOurBff = async (): Promise<number> => {
  const name = 'tocsin_bff_calls_refused_total';
  return (await ours.counters('bff', [name]))[name] ?? NaN;
};

describe('two releases in separate namespaces', () => {
  it.each([ours, theirs])('should publish and read in $namespace', async (tenant) => {
    expect(await tenant.test()).toContain('Published helm-test-');
    expect(await tenant.publish(`user:${READER}`, `of-${tenant.namespace}`)).toBe(202);
    await tenant.untilRead(READER, `of-${tenant.namespace}`);
  });

  it('should not show each other’s notifications', async () => {
    expect(await ours.idsOf(READER)).toEqual([`of-${ours.namespace}`]);
    expect(await theirs.idsOf(READER)).toEqual([`of-${theirs.namespace}`]);
  });
});

describe('a pod of another tenant', () => {
  it('should be refused by the public ports, with and without the attacker’s own keys and tokens', () =>
    expectUnharmed(async () => {
      const probes = await publicPortProbes(ours.namespace, theirs, `of-${ours.namespace}`);
      const outcomes = await theirs.ask('bff', probes);
      expect(outcomes).toEqual(Object.fromEntries(probes.map(({ name }) => [name, 401])));
    }));

  it('should find every internal port closed, and get only 404 from the sidecars’ open port', () =>
    expectUnharmed(async () => {
      const probes = await internalPortProbes(ours);
      const outcomes = await theirs.ask('bff', probes);
      expect(outcomes).toEqual(
        Object.fromEntries(probes.map(({ name, url }) => [name, url ? 404 : 'ECONNREFUSED'])),
      );
    }));

  it('should be refused by Redis, with and without the attacker’s own passwords', () =>
    expectUnharmed(async () => {
      const outcomes = await theirs.ask('bff', await redisProbes(ours.namespace, theirs));
      const noPassword = expect.stringMatching(/^-NOAUTH/) as string;
      const wrongPassword = expect.stringMatching(/^-WRONGPASS/) as string;
      expect(outcomes).toEqual({
        'no password': [noPassword, noPassword],
        'the user default': [wrongPassword, noPassword],
        'the user tocsin': [wrongPassword, noPassword],
        'the user operator': [wrongPassword, noPassword],
      });
    }));

  it.each(['bff', 'producer', 'stranger'])(
    'should not reach the other release through the attacker’s own sidecar with the app id %s',
    (appId) =>
      expectUnharmed(() =>
        withAttackedRedis(ours.namespace, theirs, () =>
          withStranger(
            `attacker-${appId}`,
            async ({ responses, run }) => {
              expect(responses).toMatchObject({
                invoked: 403,
                invokedBff: 403,
                producer: {
                  name: expect.stringContaining(`spiffe://public/ns/${ours.namespace}/producer`) as string,
                  end: expect.not.stringMatching('still open') as string,
                },
              });
              const probes = sidecarProbes(ours.namespace);
              const outcomes = await run('network/probe.mjs', JSON.stringify(probes));
              expect(outcomes).toEqual({
                'POST /receipts': 403,
                'PUT /actors/Feed/all/method/take': 403,
                'publishing to a component in the other namespace': 404,
                'publishing through a component that uses the other Redis': 404,
              });
            },
            { namespace: theirs.namespace, appId, attacked: ours.namespace },
          ),
        ),
      ),
  );

  it('should reach only its own release’s actors', () =>
    expectUnharmed(async () => {
      const refused = await refusedByOurBff();
      await withStranger(
        'attacker-actors',
        async ({ run }) => {
          const feeds = Array.from({ length: 10 }, (_, at) => `topic:actors-${at}`);
          const probes = await Promise.all(
            feeds.map(async (feed) => {
              const { body, signature } = await theirs.signedTake(feed);
              const id = encodeURIComponent(feedKey(feed));
              const url = `http://127.0.0.1:3500/v1.0/actors/Feed/${id}/method/take`;
              return { name: feed, url, method: 'PUT', headers: { 'tocsin-signature': signature }, body };
            }),
          );
          expect(await run('network/probe.mjs', JSON.stringify(probes))).toEqual(
            Object.fromEntries(feeds.map((feed) => [feed, 200])),
          );
        },
        { namespace: theirs.namespace, appId: 'bff' },
      );
      // If a call had reached our bff, the bff would have refused and counted it, since the secrets differ.
      expect(await refusedByOurBff()).toBe(refused);
    }));

  it.each(['bff', 'producer'])(
    'should be refused by the other release, even with a Dapr certificate for the app id %s',
    (id) =>
      expectUnharmed(async () => {
        const refused = await refusedByOurBff();
        const { key, csr } = certificateRequest();
        await withStranger(
          `certified-${id}`,
          async ({ run, write }) => {
            await write('/tmp/key.pem', key);
            await write('/tmp/csr.pem', csr);
            const sentry = { host: `dapr-sentry.${await daprNamespace()}`, port: 443, tls: {} };
            const request = { call: 'certificate', csr: '/tmp/csr.pem', token: SENTRY_TOKEN_FILE, id };
            const tls = { key: '/tmp/key.pem', cert: '/tmp/cert.pem' };
            const at = (app: string, namespace: string) => ({
              host: `${app}-dapr.${namespace}`,
              port: 50002,
              tls,
            });
            const [firstTake, secondTake] = [await theirs.signedTake('all'), await theirs.signedTake('all')];
            const attacks = [
              {
                ...{ name: 'a certificate for the other tenant', ...sentry, ...request },
                namespace: ours.namespace,
              },
              {
                ...{ name: 'a certificate', ...sentry, ...request },
                ...{ namespace: theirs.namespace, save: '/tmp/cert.pem' },
              },
              { name: 'publish', ...at('producer', ours.namespace), call: 'local' },
              { name: 'receipts', ...at('bff', ours.namespace), call: 'local', method: 'receipts' },
              { name: 'actor, unsigned', ...at('bff', ours.namespace), call: 'actor' },
              { name: 'actor, signed', ...at('bff', ours.namespace), call: 'actor', ...firstTake },
              { name: 'its own actor', ...at('bff', theirs.namespace), call: 'actor', ...secondTake },
            ];
            const outcomes = await run(
              'invocation/internal-grpc.mjs',
              ...attacks.map((attack) => JSON.stringify(attack)),
            );
            expect(outcomes).toEqual({
              'a certificate for the other tenant': 'returned 7',
              'a certificate': 'returned 0',
              publish: 'returned 7',
              receipts: 'returned 7',
              'actor, unsigned': 'returned 13',
              'actor, signed': 'returned 13',
              'its own actor': 'returned 0, status 200',
            });
          },
          { namespace: theirs.namespace, appId: id, attacked: ours.namespace },
        );
        // Dapr let both calls to our actor through. Our bff refused them, since they lack our release's signature.
        expect(await refusedByOurBff()).toBeGreaterThanOrEqual(refused + 2);
      }),
  );

  it('should have no Kubernetes permissions in the other namespace', async () => {
    const accounts = ['bff', 'producer', 'ui', 'default'];
    const questions = [
      ['get', 'secrets'],
      ['create', 'pods'],
      ['create', 'components.dapr.io'],
      ['get', 'pods/log'],
    ];
    for (const account of accounts)
      for (const question of questions) {
        const as = `--as=system:serviceaccount:${theirs.namespace}:${account}`;
        const { stdout } = await kubectl.try([...['auth', 'can-i', ...question, '-n', ours.namespace, as]]);
        expect(stdout.trim(), `${account}: ${question.join(' ')}`).toBe('no');
      }
  });
});

describe('a release’s quotas', () => {
  it('should limit a flood to the API key’s rate and not affect the other release', async () => {
    const names = ['tocsin_producer_notifications_accepted_total', 'tocsin_producer_requests_refused_total'];
    const [name = ''] = names;
    const before = await ours.counters('producer', names);
    const theirsBefore = await theirs.counters('producer', names);
    const notification = { feed: 'user:flood', title: 'Flood' };
    const flood = {
      ...{ name: 'flood', url: 'http://producer/notifications', method: 'POST', times: 60 },
      headers: { 'x-api-key': theirs.key('slow') },
      body: Array.from({ length: 10 }, () => notification),
    };
    const flooded = theirs.ask('bff', [flood]);
    const published = ours.publish(`user:${READER}`, 'during-the-flood');
    const statuses = (await flooded)['flood'] as number[];
    expect(await published).toBe(202);
    await ours.untilRead(READER, 'during-the-flood');
    expect([...new Set(statuses)].sort()).toEqual([202, 429]);
    const accepted = statuses.filter((status) => status === 202).length;
    expect((await theirs.counters('producer', names))[name]).toBe((theirsBefore[name] ?? 0) + 10 * accepted);
    expect(await ours.counters('producer', names)).toEqual({ ...before, [name]: (before[name] ?? 0) + 1 });
  });

  it('should apply a limit only to the release that sets it in its values', async () => {
    const writes = async (tenant: Tenant) => {
      const headers = { authorization: `Bearer ${await tenant.token('writer')}` };
      const put = { name: 'writes', url: 'http://127.0.0.1:4001/app/mutes', method: 'PUT', times: 5 };
      return (await tenant.ask('bff', [{ ...put, headers, body: { feeds: [], severities: [] } }]))['writes'];
    };
    expect(await writes(theirs)).toEqual([204, 204, 204, 429, 429]);
    expect(await writes(ours)).toEqual([204, 204, 204, 204, 204]);
  });

  it('should make Kubernetes reject pods and node ports that exceed the quota', async () => {
    const containers = [
      {
        name: 'large',
        image: 'large',
        resources: { requests: { memory: '7Gi' }, limits: { memory: '7Gi' } },
      },
    ];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'large' }, spec: { containers } };
    const spec = { type: 'NodePort', ports: [{ port: 80 }] };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'open' }, spec };
    for (const object of [pod, service]) {
      const create = ['-n', theirs.namespace, 'create', '-f', '-'];
      const { code, stderr } = await kubectl.try(create, JSON.stringify(object));
      expect([code, stderr]).toEqual([1, expect.stringContaining('exceeded quota: tocsin')]);
    }
  });
});

async function daprNamespace(): Promise<string> {
  const text = await kubectl.text([
    ...['get', 'deployments', '-A', '-l', 'app=dapr-sentry'],
    ...['-o', 'jsonpath={.items[0].metadata.namespace}'],
  ]);
  return text.trim();
}

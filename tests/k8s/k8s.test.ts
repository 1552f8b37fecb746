import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Observer, makeNotifications, Caller } from '@tocsin/lab';
import { pollUntil } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pollFor } from '../support/network/polling.ts';
import { errorsUntilToasts } from '../support/toasts-page.ts';
import { withApi } from './api.ts';
import { mountAway } from './mount-away.ts';
import {
  NAMESPACE,
  ROOT,
  tryKubectl,
  bffs,
  deploy,
  deployOrFail,
  doctor,
  exists,
  kubectlInNamespace,
  opsToken,
  podProxyPath,
  pods,
  kubectlText,
} from './cluster.ts';
import { testOpenPorts } from './open-ports.ts';
import { asViewer, withConfinedSidecars, withoutDapr, withoutIngressClass } from './missing.ts';
import { openAndCountPerInstance, openSocket, stickyCookie } from './sockets.ts';
import { PodRestarts } from './pod-restarts.ts';

const SCREENSHOT = join(ROOT, '.artifacts/k8s/page.png');
const RUNNING = [
  'bff: bff daprd 2/2',
  'bff: bff daprd 2/2',
  'producer: daprd producer 2/2',
  'producer: daprd producer 2/2',
  'redis: redis 1/1',
  'ui: ui 1/1',
  'ui: ui 1/1',
];

const remove = async (): Promise<void> => {
  expect(await deploy(['--delete'])).toMatchObject({ code: 0, stderr: '' });
};

const running = async (): Promise<string[]> =>
  (await pods())
    .map(({ app, containers, ready }) => {
      const names = containers.map(({ name }) => name).sort();
      return `${app}: ${names.join(' ')} ${ready}`;
    })
    .sort();

const securityLevel = (): Promise<string> =>
  kubectlText([
    'get',
    'namespace',
    NAMESPACE,
    '-o',
    String.raw`jsonpath={.metadata.labels.pod-security\.kubernetes\.io/enforce}`,
  ]);

beforeAll(async () => {
  if (await exists('namespace', NAMESPACE))
    throw new Error(
      `The cluster has a namespace ${NAMESPACE}, which this suite would remove: remove it with \`npm run deploy -- --delete\`, ` +
        'or choose another cluster.',
    );
});
afterAll(remove);

describe('the overlays', () => {
  it.each(['local', 'registry'])(
    'should be accepted by the API server without a warning: %s',
    async (name) => {
      const folder = join(ROOT, 'k8s/overlays', name);
      const documents = parseAllDocuments(await kubectlText(['kustomize', folder])).map(
        (document) => document.toJS() as { kind: string },
      );
      // The API server accepts objects only in an existing namespace.
      const namespaces = documents.filter(({ kind }) => kind === 'Namespace');
      await kubectlText(
        ['apply', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'List', items: namespaces }),
      );
      const { code, stdout, stderr } = await tryKubectl(['apply', '--dry-run=server', '-k', folder]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const taken = stdout.split('\n').filter((line) => line.endsWith(' (server dry run)'));
      expect(taken).toHaveLength(documents.length);
    },
  );
});

describe('npm run deploy with a missing requirement', () => {
  /** Runs the command, which must fail with a single line of output, and returns the line. */
  const refusal = async (args: string[], env: Record<string, string> = {}): Promise<string> => {
    const { code, stderr } = await deploy(args, env);
    expect(code).toBe(1);
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(1);
    console.log(lines[0]);
    return lines[0] ?? '';
  };

  it('should list the missing permissions', () =>
    asViewer(async (KUBECONFIG) => {
      expect(await refusal(['--local'], { KUBECONFIG })).toMatch(
        /^You lack these permissions in the cluster: .*customresourcedefinitions.*. Ask its administrator to deploy, or to grant them to you/,
      );
      expect((await doctor({ KUBECONFIG })).stderr).toContain(
        'You lack these permissions in the cluster: create pods/portforward, get secrets',
      );
    }));

  it('should explain how to install an ingress controller', () =>
    withoutIngressClass(async () => {
      expect(await refusal(['--local'])).toMatch(
        /^The cluster has no ingress class, .*Install .*`helm install/,
      );
    }));

  it('should explain how to install Dapr', () =>
    withoutDapr(async () => {
      expect(await refusal(['--local'])).toMatch(
        /^Dapr is not installed in this cluster\. .*`helm upgrade --install/,
      );
    }));

  it('should reject a deployment that would be open to everyone, before it changes anything', async () => {
    expect(await refusal(['--registry', 'registry.invalid/team', '--publish'])).toMatch(
      /AUTH_MODE=none.*API_KEYS=off.*--insecure/,
    );
    expect(await exists('deployment', 'bff', '-n', NAMESPACE)).toBe(false);
  });

  it('should explain how to push missing images', async () => {
    const registry = 'registry.invalid/team';
    expect(await refusal(['--registry', registry, '--tag', '9.9.9', '--insecure'])).toMatch(
      /^Cannot pull the image registry\.invalid\/team\/tocsin-\w+:9\.9\.9: push it with `npm run containers -- --registry registry\.invalid\/team --tag 9\.9\.9 --push`/,
    );
    await remove();
  });
});

describe('a deployed system', () => {
  let url: string;

  beforeAll(async () => {
    const startedAt = Date.now();
    const output = await deployOrFail();
    console.log(`${output}\ndeployed in ${Math.round((Date.now() - startedAt) / 1000)} s`);
    url = /^Tocsin is running\. Open (\S+)$/m.exec(output)?.[1] ?? '';
    expect(url).not.toBe('');
    expect(await securityLevel()).toBe(output.includes('baseline') ? 'baseline' : 'restricted');
  });

  it('should run a sidecar for each application and restrict all pods', async () => {
    expect(await running()).toEqual(RUNNING);
    for (const { containers } of await pods())
      for (const { security } of containers)
        expect(security).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true });
  });

  it('should not change when redeployed', async () => {
    const before = (await pods()).map(({ name }) => name).sort();
    const output = await deployOrFail();
    expect(output).toContain('Secrets: all already exist, left unchanged');
    expect((await pods()).map(({ name }) => name).sort()).toEqual(before);
  });

  it('should pass the doctor’s checks for each pod', async () => {
    const { code, stdout, stderr } = await doctor();
    expect(stdout + stderr).toMatch(/^\d+ checks: 0 errors, 0 warnings\.$/m);
    expect(code).toBe(0);
    for (const { name, app } of await pods())
      if (app === 'bff' || app === 'producer') expect(stdout).toContain(`sidecar of ${name} `);
  });

  testOpenPorts();

  it('should let the ops page invoke the producer', async () => {
    const composed = await fetch(`${url}/app/compose`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await opsToken()}` },
      body: JSON.stringify({ title: 'From the ops page, which invokes the producer' }),
    });
    expect(composed.status).toBe(202);
  });

  it('should read the channel settings mounted by the `away` component', async () => {
    const headers = { authorization: `Bearer ${await opsToken()}` };
    const status = async () =>
      (await fetch(`${url}/app/ops/email-preview?language=en&kind=single`, { headers })).status;
    expect(await status()).toBe(404);
    await mountAway({ publicUrl: url, email: { from: 'Shop <no-reply@shop.example>' } });
    // The ingress controller might still be using a connection to a stopping pod.
    const fault = await pollUntil(async () => (await status()) === 200, {
      timeoutMs: 60_000,
      everyMs: 1_000,
    });
    expect(fault).toBeUndefined();
    expect(await running()).toEqual(RUNNING);
  });

  it('should show toasts in Chromium through the ingress without a page error', async () => {
    expect(await errorsUntilToasts(url, SCREENSHOT)).toEqual([]);
  });

  it('should keep a polling client on the same instance, but only if it sends the cookie back', async () => {
    const ends = await Promise.all(Array.from({ length: 4 }, () => pollFor(3, url, true)));
    expect(ends).toEqual(ends.map(() => 'still connected'));
    expect(await pollFor(3, url, false)).toMatch(/connected: /);
  });

  it('should route WebSockets with a cookie to a single instance, and otherwise to both', async () => {
    const cookie = await stickyCookie(url);
    expect(cookie).toMatch(/^tocsin=./);
    expect(await openAndCountPerInstance(url, 6, cookie)).toEqual([0, 6]);
    expect(Math.min(...(await openAndCountPerInstance(url, 6)))).toBeGreaterThan(0);
  });

  it('should report a stopping instance as not ready before asking clients to move', async () => {
    const sockets = await Promise.all(Array.from({ length: 4 }, () => openSocket(url)));
    const moved = Promise.race(
      sockets.map(
        (socket) => new Promise<number>((resolve) => socket.once('draining', () => resolve(Date.now()))),
      ),
    );
    try {
      const [name = ''] = await bffs();
      const notReadyAt = await withApi(async (api) => {
        await kubectlInNamespace('delete', 'pod', name, '--wait=false');
        for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
          const response = await fetch(api + podProxyPath(name, '/readyz'));
          if ((await response.text()).includes('is stopping')) return Date.now();
        }
        return Infinity;
      });
      expect(notReadyAt).toBeLessThan(await moved);
    } finally {
      for (const socket of sockets) socket.close();
    }
  });

  it('should not lose, duplicate or reorder notifications while all deployments restart and pods are deleted', async () => {
    const restarts = await PodRestarts.begin(url, 8);
    try {
      await restarts.restart('bff');
      await restarts.restart('producer');
      await restarts.deletePods(6);
    } finally {
      await restarts.end();
    }
    expect(restarts.faults()).toEqual([]);
  });
});

describe('npm run deploy -- --delete', () => {
  it('should remove all resources, and a new deployment with confined sidecars should meet the restricted standard', async () => {
    await remove();
    expect(await exists('namespace', NAMESPACE)).toBe(false);
    expect(await exists('persistentvolume', 'realtime-microservices-redis')).toBe(false);
    await withConfinedSidecars(async () => {
      const output = await deployOrFail();
      expect(output).not.toContain('capabilities');
      expect(await securityLevel()).toBe('restricted');
      expect(await running()).toEqual(RUNNING);
      const url = /^Tocsin is running\. Open (\S+)$/m.exec(output)?.[1] ?? '';
      const observer = new Observer('client', url);
      try {
        await observer.ready();
        const caller = new Caller({ urls: [url] });
        await caller.post(makeNotifications(10));
        await observer.untilShown(caller.acknowledged.keys());
      } finally {
        observer.close();
      }
      await remove();
    });
  });
});

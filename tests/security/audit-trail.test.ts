import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AUDIT_TOPICS,
  COMPONENTS,
  REFUSED_EVENT_PREFIX,
  auditRecordSchema,
  setAsideListSchema,
  entryKey,
  type ListedAuditRecord,
} from '@tocsin/contracts';
import type { ExternalSidecar } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAuditedStack, toLine, type AuditedStack } from '../support/processes/audited-stack.ts';
import { ClaimCheck } from '../support/redis/claim-check.ts';
import { eventually } from '../support/state.ts';

/** A word in every title, body, link and label sent by these tests. */
const MARKER = `marker-${randomBytes(8).toString('hex')}`;
const CONTENT = {
  ...{ title: MARKER, body: MARKER, source: MARKER, collapseKey: MARKER },
  ...{ link: `/${MARKER}`, actions: [{ label: MARKER, link: `/${MARKER}` }] },
};
const STREAMS = Object.values(AUDIT_TOPICS);

let audited: AuditedStack;
let shop: ExternalSidecar;
beforeAll(async () => {
  audited = await startAuditedStack();
  shop = await audited.stack.startExternalSidecar('shop');
});
afterAll(() => audited.stop());

const recordPath = (entry: string) => `/app/ops/dead-letters/${encodeURIComponent(entry)}`;
const untilSetAside = (matches: (entry: string) => boolean) =>
  eventually(async () => {
    const list = setAsideListSchema.parse(await (await audited.ops('GET', '/app/ops/dead-letters')).json());
    return list.deadLetters.find(({ entry }) => matches(entry))?.entry;
  });

let recorded: ListedAuditRecord[];

it('should record each action once, including the actor but not the content', async () => {
  const status = async (call: Promise<Response>) => {
    const response = await call;
    await response.text();
    return response.status;
  };
  expect(await status(audited.publisher('POST', '/notifications', { id: 'one', ...CONTENT }))).toBe(202);
  const invalid = [{ title: '', body: MARKER }];
  expect(await status(audited.publisher('POST', '/notifications', invalid))).toBe(400);
  expect(await status(audited.publisher('POST', '/notifications', CONTENT, 'no-key'))).toBe(401);
  expect(await status(audited.publisher('POST', '/notifications', { feed: 'user:ada', ...CONTENT }))).toBe(
    403,
  );
  expect(await status(audited.publisher('DELETE', '/notifications/one'))).toBe(202);
  // An actor's actions of the same kind within 250 ms share a record.
  await delay(600);
  const later = { id: 'later', deliverAt: new Date(Date.now() + 3_600_000).toISOString(), ...CONTENT };
  expect(await status(audited.publisher('POST', '/notifications', { ...later, feed: 'topic:later' }))).toBe(
    202,
  );
  expect(await status(audited.publisher('DELETE', '/notifications/later?feed=topic:later'))).toBe(202);
  expect(await status(audited.publisher('DELETE', '/feeds/user:ben'))).toBe(202);
  const invoked = { id: 'invoked', feed: 'topic:shop', ...CONTENT };
  expect(await status(audited.dapr(shop, '/v1.0/invoke/producer/method/notifications', invoked))).toBe(202);
  const topicPath = `/v1.0/publish/${COMPONENTS.pubsub}/notifications`;
  expect(await status(audited.dapr(shop, topicPath, { id: 'event', feed: 'topic:event', ...CONTENT }))).toBe(
    204,
  );
  expect(await status(audited.dapr(shop, topicPath, { ...CONTENT, title: '' }))).toBe(204);
  const refused = await untilSetAside((entry) => entry.startsWith(REFUSED_EVENT_PREFIX));
  const composed = { id: 'composed', feed: 'topic:composed', ...CONTENT };
  expect(await status(audited.ops('POST', '/app/compose', composed))).toBe(202);
  expect(await status(audited.ops('POST', '/app/compose', composed, ['other']))).toBe(403);
  const check = new ClaimCheck(audited.producer);
  const setAsideEntry = async (seq: number) => {
    await check.deposit('all', seq, (entry) => ({
      ...entry,
      ...{ expiresAt: '2020-01-01T00:00:00Z', notifications: [{ ...check.notification('all'), ...CONTENT }] },
    }));
    await check.announce('all', seq);
    const key = entryKey({ run: check.run, feed: 'all', seq });
    return untilSetAside((entry) => entry === key);
  };
  const [first, second, third] = [await setAsideEntry(1), await setAsideEntry(2), await setAsideEntry(3)];
  expect(await status(audited.ops('POST', `${recordPath(refused)}/put-back`, {}))).toBe(409);
  expect(await status(audited.ops('DELETE', recordPath(refused)))).toBe(204);
  expect(await status(audited.ops('POST', `${recordPath(first)}/put-back`, {}))).toBe(204);
  await audited.command('dead-letters', 'delete', second);
  await audited.command('dead-letters', 'put-back', third);

  const operator = userInfo().username;
  const expected = [
    'key-created done secret operator -  1  shop',
    'publish done http key shop  1 all one',
    'publish unauthorized http anonymous -  1  ',
    'publish forbidden http key shop  1  ',
    'retract done http key shop  1 all one',
    'publish done http key shop  1 topic:later later',
    'retract done http key shop  1 topic:later later',
    'erase done http key shop  1 user:ben ',
    'publish done topic app shop claimed 1 topic:event event',
    'publish invalid topic app shop claimed 1  ',
    'compose done ops reader ada  1 topic:composed composed',
    'compose forbidden ops reader ada  1  ',
    `delete done ops reader ada  1  ${refused}`,
    `put-back done ops reader ada  1 all ${first}`,
    `delete done cli operator ${operator}  1 all ${second}`,
    `put-back done cli operator ${operator}  1 all ${third}`,
  ];
  recorded = await eventually(async () => {
    const records = await audited.trail();
    return records.length >= expected.length + 2 && records;
  });
  const [others, invocations] = [
    recorded.filter(({ via }) => via !== 'invocation'),
    recorded.filter(({ via }) => via === 'invocation'),
  ];
  expect(others.map(toLine).sort()).toEqual(expected.sort());
  // The bff publishes composed notifications by invoking the producer. The record of the invocation names the bff, so
  // another record names the person.
  expect(invocations.map(({ actor, ids }) => [actor.name, ids?.first[0]]).sort()).toEqual([
    ['bff', 'composed'],
    ['shop', 'invoked'],
  ]);
  const trace = recorded.find(({ action, outcome }) => action === 'publish' && outcome === 'done')?.traceId;
  expect(trace).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify(recorded)).not.toContain(MARKER);
  for (const stream of STREAMS) {
    const raw = JSON.stringify(await audited.redis.operator.xRange(stream, '-', '+'));
    expect(raw.length).toBeGreaterThan(100);
    expect(raw).not.toContain(MARKER);
  }
});

it('should print the same records as JSON lines with npm run audit', async () => {
  const { stdout } = await audited.command('audit', '--limit', '200');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => auditRecordSchema.parse(JSON.parse(line)));
  expect(lines.map(({ id }) => id)).toEqual(recorded.map(({ id }) => id));
  const erased = await audited.command('audit', '--action', 'erase');
  expect(erased.stdout.trim().split('\n')).toHaveLength(1);
});

describe('applications and callers', () => {
  const applications = () => [audited.producer, audited.bff, shop];

  it('should not be able to change or delete the trail through the public ports', async () => {
    for (const method of ['DELETE', 'POST', 'PUT', 'PATCH'])
      for (const path of ['/app/ops/audit', `/app/ops/audit/${recorded[0]?.id}`])
        expect((await audited.ops(method, path)).status, `${method} ${path}`).toBeGreaterThanOrEqual(404);
  });

  it('should not be able to write to the trail through other components or as another application', async () => {
    for (const topic of STREAMS) {
      for (const name of [COMPONENTS.pubsub, COMPONENTS.deadLetters])
        for (const application of applications())
          expect(
            (await audited.dapr(application, `/v1.0/publish/${name}/${topic}`, {})).ok,
            `${name} ${topic}`,
          ).toBe(false);
      expect((await audited.dapr(shop, `/v1.0/publish/${COMPONENTS.audit}/${topic}`, {})).ok).toBe(false);
    }
  });

  it('should not be able to overwrite or delete the trail through the binding or the state store', async () => {
    for (const application of applications()) {
      for (const key of STREAMS) {
        for (const operation of ['delete', 'create', 'get'])
          await audited.dapr(application, `/v1.0/bindings/${COMPONENTS.entries}`, {
            ...{ operation, data: 'x', metadata: { key, delete: 'true', ttlInSeconds: '1' } },
          });
        await audited.dapr(application, `/v1.0/state/${COMPONENTS.state}/${key}`, undefined, 'DELETE');
        await audited.dapr(application, `/v1.0/state/${COMPONENTS.state}`, [
          { key, value: 'x', metadata: { ttlInSeconds: '1' } },
        ]);
      }
    }
    await delay(1_500);
    for (const key of STREAMS) expect(await audited.redis.operator.type(key)).toBe('stream');
  });

  it('should not be able to delete records as the applications’ Redis user', async () => {
    const client = await audited.redis.asApplication();
    for (const key of STREAMS) {
      for (const words of [
        ...[
          ['DEL', key],
          ['UNLINK', key],
          ['SET', key, 'x'],
          ['GETDEL', key],
          ['EXPIRE', key, '1'],
        ],
        ...[
          ['XTRIM', key, 'MAXLEN', '0'],
          ['XDEL', key, '1-1'],
          ['RENAME', key, 'entry:x'],
          ['PERSIST', key],
        ],
        ['EVAL', 'return redis.call("DEL", KEYS[1])', '1', key],
      ])
        await expect(client.sendCommand(words), words.join(' ')).rejects.toThrow(/NOPERM|permission/i);
    }
    client.destroy();
    expect((await audited.trail()).map(({ id }) => id)).toEqual(
      expect.arrayContaining(recorded.map(({ id }) => id)),
    );
  });
});

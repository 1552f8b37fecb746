import type { EntryItem } from '@tocsin/contracts';
import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { ChangesWalk, replay } from '../testing/changes-walk.ts';
import { erase, notification, retract } from '../testing/feed-fixture.ts';

const id = fc.nat(12).map((n) => `n${n}`);
const item = fc.oneof(
  { weight: 5, arbitrary: fc.record({ publish: id }) },
  { weight: 3, arbitrary: fc.record({ publish: id, key: fc.constantFrom('k', 'l') }) },
  { weight: 3, arbitrary: fc.record({ retract: id }) },
  { weight: 1, arbitrary: fc.constant({ erase: true }) },
);
const step = fc.constantFrom('loaded', 'peeked', 'committed', 'popped', 'broadcast', undefined, undefined);
const index = fc.constantFrom(0 as const, 1 as const);
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: fc.array(item, { minLength: 1, maxLength: 4, size: 'max' }) }) },
  { weight: 6, arbitrary: fc.record({ turn: index, end: step }) },
  { weight: 2, arbitrary: fc.record({ missBroadcasts: index, on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ compare: index }) },
  { weight: 4, arbitrary: fc.record({ read: index }) },
  { weight: 3, arbitrary: fc.record({ answer: index }) },
);

it(
  'should show the expected publications despite crashes and missed broadcasts, and hide removed content',
  { timeout: 60_000 },
  async () => {
    let crashes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 80, size: 'max' }), async (actions) => {
        const walk = new ChangesWalk();
        let titles = 0;
        const itemOf = (choice: {
          publish?: string;
          key?: string;
          retract?: string;
          erase?: boolean;
        }): EntryItem => {
          if (choice.retract !== undefined) return retract(choice.retract);
          if (choice.publish === undefined) return erase;
          // Titles are unique, so they distinguish publications with the same id.
          const more = choice.key === undefined ? {} : { collapseKey: choice.key };
          return notification(choice.publish, { title: `title ${titles++}`, ...more });
        };
        for (const act of actions) {
          if ('put' in act) walk.put(act.put.map(itemOf));
          if ('turn' in act) await walk.turn(act.turn, act.end);
          if ('missBroadcasts' in act) walk.missBroadcasts(act.missBroadcasts, act.on);
          if ('compare' in act) await walk.instances[act.compare]?.view.compare();
          if ('read' in act) await walk.instances[act.read]?.read();
          if ('answer' in act) await walk.instances[act.answer]?.answer();
        }
        crashes += walk.crashes;
        if (walk.entries.length === 0) return;
        await walk.turn(0, undefined);
        const expected = replay(walk.entries);
        const live = expected.filter(({ gone }) => !gone);
        for (const instance of walk.instances) {
          instance.missesBroadcasts = false;
          await instance.view.compare();
          instance.forbidden = walk.forbidden();
          const { epoch, offset, publications } = await instance.read();
          expect(
            publications.map((p) => (p.notification === null ? `${p.id} ${p.gone}` : p.notification.title)),
          ).toEqual(expected.map((row) => (row.gone ? `${row.id} ${row.gone}` : row.title)));
          const { client } = instance;
          for (let round = 0; round < 20; round++) {
            await instance.answer();
            client.take({ type: 'position', position: { epoch, offset } });
          }
          expect(client.merge.position).toEqual({ epoch, offset });
          const screen = [...client.screen.values()];
          expect(live.map(({ title }) => title)).toEqual(expect.arrayContaining(screen));
        }
      }),
      { numRuns: 300 * inject('walkShare'), seed: 20261124 },
    );
    expect(crashes).toBeGreaterThan(100 * inject('walkShare'));
  },
);

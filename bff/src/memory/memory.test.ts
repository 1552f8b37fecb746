import { auditTrailSuite } from '../../testing/suites/audit-trail.ts';
import { broadcasterSuite } from '../../testing/suites/broadcaster.ts';
import { checkpointsSuite } from '../../testing/suites/checkpoints.ts';
import { feedLogSuite } from '../../testing/suites/feed-log.ts';
import { instanceBoardSuite } from '../../testing/suites/instance-board.ts';
import { originSuite } from '../../testing/suites/origin.ts';
import { pastHourStoreSuite } from '../../testing/suites/past-hour-store.ts';
import { readerChannelSuite } from '../../testing/suites/reader-channel.ts';
import { readerStoreSuite } from '../../testing/suites/reader-store.ts';
import { unsentIndexSuite } from '../../testing/suites/unsent-index.ts';
import { setAsideSuite } from '../../testing/suites/set-aside.ts';
import { MemoryAuditStore } from './audit-store.ts';
import { MemoryBroadcaster } from './broadcaster.ts';
import { MemoryCheckpoints } from './checkpoints.ts';
import { MemoryFeedLog } from './feed-log.ts';
import { MemoryInstanceBoard } from './instance-board.ts';
import { MemoryOrigin } from './origin.ts';
import { MemoryPastHourStore } from './past-hour-store.ts';
import { MemoryReaderStore } from './reader-store.ts';
import { MemorySetAside } from './set-aside.ts';

const checkpoints = new MemoryCheckpoints();
auditTrailSuite('memory', () => new MemoryAuditStore());

feedLogSuite('memory', () => new MemoryFeedLog());

checkpointsSuite('memory', () => checkpoints);

const origin = new MemoryOrigin();
originSuite('memory', () => origin);

setAsideSuite('memory', () => {
  const store = new MemorySetAside();
  return {
    store,
    read: (entry) => Promise.resolve(store.records.get(entry)),
    list: () => Promise.resolve([...store.records.keys()].reverse()),
  };
});

const board = new MemoryInstanceBoard();
instanceBoardSuite('memory', () => board);

const past = new MemoryPastHourStore();
pastHourStoreSuite('memory', () => past);

const broadcaster = new MemoryBroadcaster();
broadcasterSuite('memory', () => [broadcaster]);
readerChannelSuite('memory', () => [broadcaster]);

readerStoreSuite('memory', () => new MemoryReaderStore());
unsentIndexSuite('memory', () => new MemoryReaderStore());

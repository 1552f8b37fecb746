import {
  feedKey,
  feedSchema,
  partitionSchema,
  positionSchema,
  runSchema,
  seqSchema,
} from '@tocsin/contracts';
import { z } from 'zod';
import type { CallerHints } from '../../deliver/load/load-head.ts';
import { isEpoch } from '../../feed/position.ts';
import type { ActorMethod } from './signed-call.ts';
import type { Announced, Outcome, TurnResult, AnnouncedEntry } from '../../deliver/turn/turn.ts';

const outcomeSchema = z.enum(['delivered', 'already-claimed', 'set-aside']);

const highWaterMarkSchema = positionSchema.refine(({ epoch }) => isEpoch(epoch), 'has an invalid epoch');

export interface FeedCall extends CallerHints {
  feed: string;
  announced?: Announced;
}

/** The `Feed` actor's method that runs a feed's turn. */
export const TAKE_FEED: ActorMethod<FeedCall, TurnResult> = {
  name: 'take',
  callSchema: z.object({
    feed: feedSchema,
    announced: z.object({ run: runSchema, seq: seqSchema, from: seqSchema.optional() }).optional(),
    heard: highWaterMarkSchema.optional(),
    lostDocument: z.string().max(512).optional(),
  }),
  resultSchema: z.object({ outcome: outcomeSchema, position: positionSchema }),
  idOf: ({ feed }) => feedKey(feed),
  factsOf: ({ outcome, position }) => [outcome, position.epoch, position.offset],
};

export interface PartitionCall extends AnnouncedEntry {
  partition: number;
}

/**
 * The `Partition` actor's method that runs a partition's turn. Unlike `TAKE_FEED`, it has no parameters for
 * `CallerHints`.
 */
export const TAKE_PARTITION: ActorMethod<PartitionCall, { outcome: Outcome }> = {
  name: 'takeEntries',
  callSchema: z.object({
    partition: partitionSchema,
    run: runSchema,
    seq: seqSchema,
    from: seqSchema.optional(),
  }),
  resultSchema: z.object({ outcome: outcomeSchema }),
  idOf: ({ partition }) => String(partition),
  factsOf: ({ outcome }) => [outcome],
};

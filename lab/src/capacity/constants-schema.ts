import { z } from 'zod';
import { KINDS, REDIS_ROLES, type Constants } from './model/constants.ts';

const figure = z.number().nonnegative();
const cost = z.partialRecord(z.enum(KINDS), figure);
const atRate = z.array(z.object({ rate: figure, cost })).min(1);

/** The schema of the constants file, which contains all figures that a plan needs. */
export const constantsSchema = z.object({
  v: z.literal(2),
  conditions: z.object({
    startedAt: z.string(),
    seconds: figure,
    cpu: z.string(),
    cores: figure,
    memoryGiB: figure,
    system: z.string(),
    node: z.string(),
    redis: z.string(),
    dapr: z.string(),
    load: z.tuple([figure, figure]),
    others: figure,
  }),
  range: z.object({
    connections: figure,
    rate: figure,
    feeds: figure,
    instances: figure,
    payload: figure,
    batch: figure,
    heard: figure,
  }),
  cpu: z.object({
    idleSecond: cost,
    entry: atRate,
    furtherRequest: cost,
    furtherFeed: cost,
    furtherNotification: cost,
    remoteTurn: cost,
    hear: atRate,
    hearFeed: cost,
    hearFurther: cost,
    show: cost,
    push: cost,
    connect: cost,
    newView: cost,
    connectionSecond: cost,
    comparison: cost,
    receipt: cost,
  }),
  memory: z.object({
    process: z.object({ producer: figure, producerSidecar: figure, bff: figure, bffSidecar: figure }),
    connection: figure,
    view: figure,
    ringPublication: figure,
  }),
  stored: z.object({
    announcement: figure,
    feed: figure,
    publication: figure,
    compressedShare: figure,
    id: figure,
    broadcastPublication: figure,
    reader: figure,
    replaced: figure,
    empty: figure,
  }),
  wire: z.object({ push: figure, position: figure }),
  redisShares: z.record(z.enum(REDIS_ROLES), figure),
  laneMs: z.number().positive(),
  rates: z.object({ singles: figure, arrays: figure, partition: figure }),
}) satisfies z.ZodType<Constants>;

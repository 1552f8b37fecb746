import { PARTITION_ACTOR_TYPE, partitionSchema, runSchema, seqSchema } from '@tocsin/contracts';
import { SidecarError, type Sidecar } from '@tocsin/service';
import { z } from 'zod';
import { TemporaryError } from '../deliver/errors.ts';
import { HostUnreachableError } from '../deliver/reach-feed.ts';
import type { CallPartition } from '../deliver/receive.ts';

export const PARTITION_METHOD = 'take';

/** What the actor answers. It never throws, so that a failed call means that the host was not reached. */
const answerSchema = z.union([
  z.object({ outcome: z.enum(['delivered', 'already-claimed', 'set-aside']) }),
  z.object({ outcome: z.literal('retry'), reason: z.string() }),
]);
export type PartitionAnswer = z.infer<typeof answerSchema>;

/** What the actor's method takes. */
export const partitionCallSchema = z.object({
  partition: partitionSchema,
  run: runSchema,
  seq: seqSchema,
  from: seqSchema.optional(),
});
type PartitionCall = z.infer<typeof partitionCallSchema>;

/** Calls a partition's actor through the sidecar. The time-out is needed: while placement is down a call hangs for ever. */
export const createCallPartition =
  (sidecar: Sidecar, timeoutMs: number): CallPartition =>
  async (partition, announced) => {
    if (!announced) throw new Error('a partition is called with an entry');
    const answer = answerSchema.parse(await call(sidecar, { partition, ...announced }, timeoutMs));
    if (answer.outcome === 'retry')
      throw new TemporaryError(`the turn of partition ${partition} has to be repeated: ${answer.reason}`);
    return answer.outcome;
  };

async function call(sidecar: Sidecar, body: PartitionCall, timeoutMs: number): Promise<unknown> {
  try {
    const id = String(body.partition);
    return await sidecar.callActor(PARTITION_ACTOR_TYPE, id, PARTITION_METHOD, body, timeoutMs);
  } catch (cause) {
    if (!(cause instanceof SidecarError)) throw cause;
    const late = cause.status === undefined;
    throw new HostUnreachableError(
      `the host of partition ${body.partition} was not reached: ${cause.message}`,
      {
        late,
        cause,
      },
    );
  }
}

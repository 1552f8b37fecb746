import { AbstractActor } from '@dapr/dapr';
import { PARTITION_ACTOR_TYPE } from '@tocsin/contracts';
import type { PartitionHost } from '../partition/partition-host.ts';
import { partitionCallSchema, PARTITION_METHOD, type PartitionAnswer } from './call-partition.ts';

/** The actor class of partitions on this instance; as that of feeds it carries its host and keeps no state of its own. */
export function partitionActorClass(host: PartitionHost) {
  const actor = {
    [PARTITION_ACTOR_TYPE]: class extends AbstractActor {
      #partition: number | undefined;

      async [PARTITION_METHOD](body: unknown): Promise<PartitionAnswer> {
        const { partition, ...announced } = partitionCallSchema.parse(body);
        this.#partition = partition;
        try {
          return { outcome: await host.turnAsHost(partition, announced) };
        } catch (error) {
          return { outcome: 'retry', reason: error instanceof Error ? error.message : String(error) };
        }
      }

      override async onDeactivate(): Promise<void> {
        if (this.#partition !== undefined) host.deactivate(this.#partition);
      }
    },
  };
  return actor[PARTITION_ACTOR_TYPE];
}

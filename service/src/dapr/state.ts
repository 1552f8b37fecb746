import { splitWithin } from '@tocsin/contracts';

/** The etag for a key that does not exist yet. */
export const ABSENT = '-1';

/**
 * A key's etag after this number of writes. On Redis, Dapr uses the number of writes as the etag. Before the first
 * write, the etag is `ABSENT`.
 */
export const etagAfter = (writes: number): string => (writes === 0 ? ABSENT : String(writes));

export type StateOperation =
  | { operation: 'upsert'; key: string; value: unknown; etag?: string; ttlInSeconds?: number }
  | { operation: 'delete'; key: string };

export interface StoredState {
  value: unknown;
  etag: string;
}

/** Well below the sidecar's limit of 4 MiB for a request body. */
const MAX_CALL_BYTES = 1024 * 1024;

/**
 * Splits operations into stages to write one after the other, because the store might write only some operations. Plain
 * documents come first, then the documents that refer to them (these have an etag), and finally deletions. Plain
 * documents and deletions that are too large for one call are split into several stages.
 */
export function stagesOf(operations: readonly StateOperation[]): StateOperation[][] {
  const stageOf = (change: StateOperation): number =>
    change.operation === 'delete' ? 2 : change.etag === undefined ? 0 : 1;
  return [0, 1, 2].flatMap((stage) => {
    const inStage = operations.filter((change) => stageOf(change) === stage);
    // Keep all documents with an etag in one stage, so that a crash can't separate them.
    return splitWithin(inStage, Infinity, MAX_CALL_BYTES, stage === 1 ? () => 0 : bytesOf);
  });
}

const bytesOf = (operation: StateOperation): number =>
  Buffer.byteLength(JSON.stringify(toDaprOperation(operation)));

/**
 * Like `transact`, but writes in the stages from `stagesOf`, so that stored documents never refer to unwritten
 * documents.
 */
export async function transactInStages(
  sidecar: { transact(store: string, operations: readonly StateOperation[]): Promise<void> },
  store: string,
  operations: readonly StateOperation[],
): Promise<void> {
  for (const stage of stagesOf(operations)) await sidecar.transact(store, stage);
}

export const toDaprOperation = (operation: StateOperation): object =>
  operation.operation === 'delete'
    ? { operation: 'delete', request: { key: operation.key } }
    : {
        operation: 'upsert',
        request: {
          key: operation.key,
          value: operation.value,
          ...(operation.etag !== undefined && {
            etag: operation.etag,
            options: { concurrency: 'first-write' },
          }),
          ...(operation.ttlInSeconds && { metadata: { ttlInSeconds: String(operation.ttlInSeconds) } }),
        },
      };

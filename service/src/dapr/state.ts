/** The etag that stands for a key that does not exist yet. */
export const ABSENT = '-1';

/**
 * Returns the etag of a key after this many writes, because Dapr on Redis counts them. Before the first write it is
 * `ABSENT`.
 */
export const etagAfter = (writes: number): string => (writes === 0 ? ABSENT : String(writes));

export type StateOperation =
  | { operation: 'upsert'; key: string; value: unknown; etag?: string; ttlInSeconds?: number }
  | { operation: 'delete'; key: string };

export interface StoredState {
  value: unknown;
  etag: string;
}

/** Converts an operation to the format of Dapr's transaction API. */
export const toTransaction = (operation: StateOperation): object =>
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

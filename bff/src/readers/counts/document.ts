import { COUNTED, DOCUMENT_VERSION, type Counted, type ReceiptCounts } from '@tocsin/contracts';
import { isLaterEpoch } from '../../feed/position.ts';

/** Maximum steps per count. Keeps documents under 80 KB. */
export const MAX_STEPS = 1_000;
/**
 * Number of writers whose last batch number is remembered. A repeated batch from one of these writers isn't counted
 * again.
 */
const MAX_WRITERS = 32;

/** For each offset, the difference between the publication's count and the previous publication's count. */
export type Steps = ReadonlyMap<number, number>;

/** A writer's changes to a feed's counts. Each batch must be applied only once. */
export interface Batch {
  writer: string;
  seq: number;
  epoch: string;
  /** The first offset in the history. */
  floor: number;
  steps: Readonly<Record<Counted, Steps>>;
}

const emptyCounts = (epoch: string): ReceiptCounts => ({
  ...{ v: DOCUMENT_VERSION, epoch, from: 1, writers: [] },
  steps: { pages: [], seen: [], read: [], archived: [] },
});

/**
 * Adds the batch to the document. Returns `undefined` if the document already has the batch or is from a later epoch.
 */
export function withBatch(stored: ReceiptCounts | undefined, batch: Batch): ReceiptCounts | undefined {
  if (stored && isLaterEpoch(stored.epoch, batch.epoch)) return undefined;
  const before = stored?.epoch === batch.epoch ? stored : emptyCounts(batch.epoch);
  const known = before.writers.find(([writer]) => writer === batch.writer);
  if (known && known[1] >= batch.seq) return undefined;
  const others = before.writers.filter(([writer]) => writer !== batch.writer);
  const merged = COUNTED.map((name) => [name, addSteps(before.steps[name], batch.steps[name])] as const);
  const firstKept = merged.map(([, steps]) => steps.at(-MAX_STEPS)?.[0] ?? 1);
  const from = Math.max(before.from, batch.floor, ...firstKept);
  const steps = Object.fromEntries(merged.map(([name, all]) => [name, mergeStepsUpTo(from, all)]));
  return {
    ...{ ...before, from, steps: steps as ReceiptCounts['steps'] },
    writers: [...others.slice(1 - MAX_WRITERS), [batch.writer, batch.seq]],
  };
}

export function countsAt(
  stored: ReceiptCounts | undefined,
  { epoch, offset }: { epoch: string; offset: number },
): Record<Counted, number> | undefined {
  const { from, steps } = stored?.epoch === epoch ? stored : emptyCounts(epoch);
  if (offset < from) return undefined;
  const counts = COUNTED.map((name) => {
    const passed = steps[name].filter(([at]) => at <= offset);
    return [name, Math.max(0, total(passed))] as const;
  });
  return Object.fromEntries(counts) as Record<Counted, number>;
}

type StoredSteps = ReceiptCounts['steps'][Counted];

const total = (steps: StoredSteps): number => steps.reduce((all, [, change]) => all + change, 0);

function addSteps(before: StoredSteps, added: Steps): StoredSteps {
  const all = new Map(before);
  for (const [offset, change] of added) all.set(offset, (all.get(offset) ?? 0) + change);
  return [...all].filter(([, change]) => change !== 0).sort(([a], [b]) => a - b);
}

/** Merges the steps up to `from` into a single step at `from`. */
function mergeStepsUpTo(from: number, steps: StoredSteps): StoredSteps {
  const base = total(steps.filter(([offset]) => offset <= from));
  const later = steps.filter(([offset]) => offset > from);
  return base === 0 ? later : [[from, base], ...later];
}

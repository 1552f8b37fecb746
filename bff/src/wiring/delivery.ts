import type { FallbackStep } from '../away/ports.ts';
import { HAS_FAILPOINTS, createFailpoints, areSpansOn } from '@tocsin/service';
import { RetiredDocuments } from '../deliver/append/retired-documents.ts';
import { eraseInSteps, type ErasureStep } from '../deliver/erase/erase-in-steps.ts';
import { HighWaterMarks } from '../deliver/load/high-water-marks.ts';
import type { Step } from '../deliver/ports.ts';
import type { LimitsOf } from '../feed/limits.ts';
import type { OnItems } from '../deliver/turn/turn.ts';
import { observeTurns } from '../observe/turn-events.ts';
import { createTurnSpans } from '../observe/turn-spans.ts';
import type { AppContext } from './context.ts';
import { createLimitsOf } from './history-limits.ts';
import { createHosts, type Hosts } from './hosts.ts';

/** Runs each turn on the instance that hosts the actor. */
export interface Delivery extends Hosts {
  marks: HighWaterMarks;
  limitsOf: LimitsOf;
  onStep: (step: Step | FallbackStep) => Promise<void>;
  /** Adds a step to all erasures. The feed's turns wait for it. */
  onErased(step: ErasureStep): void;
  /** Sets the step that runs after a batch has been committed and broadcast. See `OnItems`. */
  onItems(step: OnItems): void;
  /** Resolves when no turn is running. */
  settled(): Promise<void>;
  /** Stops the removal of documents that no head references. */
  stop(): void;
}

export function createDelivery({ config, backend, log, metrics, now }: AppContext): Delivery {
  const onStep = createFailpoints<Step | FallbackStep>(HAS_FAILPOINTS ? config.FAILPOINTS : undefined);
  const limitsOf = createLimitsOf(config);
  const marks = new HighWaterMarks(config.FEEDS_REMEMBERED_MAX);
  const retiredDocuments = new RetiredDocuments(backend.log, (err) =>
    log.warn({ err }, 'cannot remove documents that no head references; they will expire'),
  );
  const turnEvents = observeTurns(log, metrics);
  const erasureSteps: ErasureStep[] = [];
  let itemsStep: OnItems | undefined;
  const turns = {
    ...backend,
    ...{ marks, limitsOf, now, retire: retiredDocuments.add },
    ...(areSpansOn() ? createTurnSpans(onStep, turnEvents) : { onStep, events: turnEvents }),
    onErased: eraseInSteps(erasureSteps),
    onItems: async (items: Parameters<OnItems>[0]) => itemsStep?.(items),
  };
  const hosts = createHosts(backend, turns, (name, err) => {
    metrics.takeovers.inc();
    log.warn(
      { err, name },
      'the instance that hosts a feed or partition is unreachable; running its turns on this instance',
    );
  });
  return {
    ...{ ...hosts, marks, limitsOf, onStep },
    onErased: (step) => erasureSteps.push(step),
    onItems: (step) => {
      itemsStep = step;
    },
    async settled() {
      await hosts.partitionHost.settled();
      await hosts.feedHost.settled();
    },
    stop: () => retiredDocuments.stop(),
  };
}

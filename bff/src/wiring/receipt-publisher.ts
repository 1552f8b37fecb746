import { LateReceipts } from '../away/fallbacks/receipts/late-receipts.ts';
import type { PublishReceipt } from '../away/fallbacks/receipts/publish-receipts.ts';
import type { AppContext } from './context.ts';

/** Returns a function that publishes receipts for other applications, or `undefined` if RECEIPTS_TOPIC is off. */
export const receiptPublisherOf = ({
  config,
  backend,
}: Pick<AppContext, 'config' | 'backend'>): PublishReceipt | undefined =>
  config.RECEIPTS_TOPIC === 'on' ? (event) => backend.publishReceipt(event) : undefined;

/**
 * Creates a publisher of readers' read marks that retries after a broker outage. Returns `undefined` if RECEIPTS_TOPIC
 * is off.
 */
export function createLateReceipts(context: AppContext): LateReceipts | undefined {
  const { backend, log, now } = context;
  const publish = receiptPublisherOf(context);
  if (!publish) return undefined;
  return new LateReceipts({
    ...{ publish, store: backend.readers, now },
    onError: (err) => log.warn({ err }, 'cannot publish receipts; they are kept in the store and retried'),
  });
}

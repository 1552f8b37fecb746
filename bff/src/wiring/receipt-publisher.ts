import { LateReceipts } from '../away/fallbacks/receipts/late-receipts.ts';
import type { PublishReceipt } from '../away/fallbacks/receipts/publish-receipts.ts';
import type { AppContext } from './context.ts';

/** Publishes receipts for other applications. `undefined` if RECEIPTS_TOPIC is off. */
export const receiptPublisherOf = ({
  config,
  backend,
}: Pick<AppContext, 'config' | 'backend'>): PublishReceipt | undefined =>
  config.RECEIPTS_TOPIC === 'on' ? (event) => backend.publishReceipt(event) : undefined;

/** Publishes readers' read marks, and retries after a broker outage. `undefined` if RECEIPTS_TOPIC is off. */
export function createLateReceipts(context: AppContext): LateReceipts | undefined {
  const { backend, log, now } = context;
  const publish = receiptPublisherOf(context);
  if (!publish) return undefined;
  return new LateReceipts({
    ...{ publish, store: backend.readers, now },
    onError: (err) => log.warn({ err }, 'cannot publish receipts; they are kept in the store and retried'),
  });
}

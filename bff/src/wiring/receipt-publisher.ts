import type { PublishReceipt } from '../away/fallbacks/receipts/publish-receipts.ts';
import type { AppContext } from './context.ts';

/** Publishes receipts for other applications; `undefined` if RECEIPTS_TOPIC is off. */
export const receiptPublisherOf = ({
  config,
  backend,
}: Pick<AppContext, 'config' | 'backend'>): PublishReceipt | undefined =>
  config.RECEIPTS_TOPIC === 'on' ? (event) => backend.publishReceipt(event) : undefined;

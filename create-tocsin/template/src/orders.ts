import type { Publisher } from '@tocsin/publish';

export interface Order {
  id: string;
  customer: string;
}

/**
 * Notifies everyone who reads the orders topic. Safe to repeat: the same order reuses the same id, so it isn't shown
 * again.
 */
export const announceOrder = (publisher: Publisher, { id, customer }: Order): Promise<string> =>
  publisher.publish({
    id: `order-${id}`,
    feed: 'topic:orders',
    severity: 'success',
    title: `Order ${id} is on its way`,
    body: `Packed for ${customer}.`,
    source: 'my-service',
  });

import type { Publisher } from '@tocsin/publish';

export interface Order {
  id: string;
  customer: string;
}

/**
 * Notifies all readers of the orders topic. Safe to repeat: the same order reuses the same id, so nothing new is
 * shown.
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

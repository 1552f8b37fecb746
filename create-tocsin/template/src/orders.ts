import type { Publisher } from '@tocsin/publish';

export interface Order {
  id: string;
  customer: string;
}

/**
 * Notifies everyone who reads the orders topic. You can safely call it again for the same order: the notification gets
 * the same id, so readers see it only once.
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

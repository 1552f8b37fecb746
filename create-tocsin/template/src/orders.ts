import type { Publisher } from '@tocsin/publish';

export interface Order {
  id: string;
  customer: string;
}

/** Tells everyone who follows the orders. A second call for the same order has the same id, so it shows nothing new. */
export const announceOrder = (publisher: Publisher, { id, customer }: Order): Promise<string> =>
  publisher.publish({
    id: `order-${id}`,
    feed: 'topic:orders',
    severity: 'success',
    title: `Order ${id} is on its way`,
    body: `Packed for ${customer}.`,
    source: 'my-service',
  });

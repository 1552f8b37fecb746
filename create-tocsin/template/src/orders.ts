import type { Publisher } from '@tocsin/publish';

export interface Order {
  id: string;
  customer: string;
}

/** Tells everyone who follows the orders. The id makes a second call for the same order show nothing new. */
export const announceOrder = (publisher: Publisher, { id, customer }: Order): Promise<string> =>
  publisher.publish({
    id: `order-${id}`,
    feed: 'topic:orders',
    severity: 'success',
    title: `Order ${id} is on its way`,
    body: `Packed for ${customer}.`,
    source: 'my-service',
  });

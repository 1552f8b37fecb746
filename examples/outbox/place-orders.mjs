/**
 * Places orders START to COUNT, PAUSE_MS apart. Each transaction stores an order and makes Dapr publish a notification
 * for it. After a crash, rerun this script to resume where it stopped.
 */
const {
  DAPR_HTTP_PORT = '3500',
  DAPR_API_TOKEN = '',
  START = '1',
  COUNT = '10',
  PAUSE_MS = '0',
  FEED = 'all',
} = process.env;
const headers = {
  'content-type': 'application/json',
  ...(DAPR_API_TOKEN && { 'dapr-api-token': DAPR_API_TOKEN }),
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const orders = `http://127.0.0.1:${DAPR_HTTP_PORT}/v1.0/state/orders`;

const isPlaced = async (key) => {
  const response = await fetch(`${orders}/${key}`, { headers });
  if (!response.ok) throw new Error(`The state store returned ${response.status}`);
  return response.status === 200;
};

async function place(number) {
  const key = `order-${number}`;
  const notification = {
    // A repeated transaction reuses the id so that Tocsin shows the notification only once.
    id: `${key}-placed`,
    feed: FEED,
    title: `Order ${number} was placed`,
  };
  const operations = [
    { operation: 'upsert', request: { key, value: { number, state: 'placed' } } },
    // Dapr publishes this projection instead of the value above and doesn't store it.
    {
      operation: 'upsert',
      request: {
        key,
        value: notification,
        contentType: 'application/json',
        metadata: { 'outbox.projection': 'true' },
      },
    },
  ];
  const response = await fetch(`${orders}/transaction`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ operations }),
  });
  if (!response.ok)
    throw new Error(`The transaction failed with status ${response.status}: ${await response.text()}`);
}

for (let number = Number(START); number <= Number(COUNT);) {
  try {
    // A transaction without a response may have been committed.
    if (!(await isPlaced(`order-${number}`))) {
      await place(number);
      await pause(Number(PAUSE_MS));
    }
    number++;
  } catch (error) {
    console.error(`Order ${number}: ${error.message}. Retrying.`);
    await pause(200);
  }
}
console.log(`Placed orders ${START} to ${COUNT}.`);

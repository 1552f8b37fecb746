/**
 * Places the orders START to COUNT, PAUSE_MS apart. One transaction stores each order and makes Dapr publish its notification. Start it again
 * after a crash, and it continues.
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
  if (!response.ok) throw new Error(`The state store answered ${response.status}`);
  return response.status === 200;
};

async function place(number) {
  const key = `order-${number}`;
  const notification = {
    // An id of your own: if you repeat the transaction, Tocsin shows the notification once.
    id: `${key}-placed`,
    feed: FEED,
    title: `Order ${number} was placed`,
  };
  const operations = [
    { operation: 'upsert', request: { key, value: { number, state: 'placed' } } },
    // The projection is published instead of the value of the same key, and not stored.
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
  if (!response.ok) throw new Error(`The transaction answered ${response.status}: ${await response.text()}`);
}

for (let number = Number(START); number <= Number(COUNT);) {
  try {
    // A transaction without an answer may have happened.
    if (!(await isPlaced(`order-${number}`))) {
      await place(number);
      await pause(Number(PAUSE_MS));
    }
    number++;
  } catch (error) {
    console.error(`Order ${number}: ${error.message}. Trying again.`);
    await pause(200);
  }
}
console.log(`The orders ${START} to ${COUNT} are placed.`);

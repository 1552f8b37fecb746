import type { Messages } from '../messages.ts';

export const card: Messages['card'] = {
  dismiss: (title) => `${title} ausblenden`,
  times: (count) => `${count}-mal`,
};

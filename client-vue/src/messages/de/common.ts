import type { Messages } from '../messages.ts';

export const common: Messages['common'] = {
  feedOfAll: 'Alle',
  opensInNewTab: 'öffnet in neuem Tab',
};

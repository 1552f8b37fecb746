import type { Messages } from '../messages.ts';

export const severities: Messages['severities'] = {
  info: 'Info',
  success: 'Erfolg',
  warning: 'Warnung',
  error: 'Fehler',
};

import type { Severity } from '@tocsin/contracts';
import type { Messages } from '../messages.ts';

const NAMES: Readonly<Record<Severity, readonly [one: string, many: string]>> = {
  info: ['Info', 'Infos'],
  success: ['Erfolg', 'Erfolge'],
  warning: ['Warnung', 'Warnungen'],
  error: ['Fehler', 'Fehler'],
};

export const spoken: Messages['spoken'] = {
  from: (source) => `Von ${source}`,
  times: (count) => `${count}-mal`,
  moreErrors: (count) => `Und ${count} ${count === 1 ? 'weiterer' : 'weitere'} Fehler`,
  summary: (total, kinds, newest) => `${total} Benachrichtigungen: ${kinds}. Neueste: ${newest}`,
  kind: (count, severity) => `${count} ${NAMES[severity][count === 1 ? 0 : 1]}`,
};

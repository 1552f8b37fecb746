import type { Messages } from '../messages.ts';
import { away } from './away.ts';
import { bell } from './bell.ts';
import { card } from './card.ts';
import { common } from './common.ts';
import { connection } from './connection.ts';
import { inbox } from './inbox.ts';
import { list } from './list.ts';
import { preferences } from './preferences.ts';
import { quiet } from './quiet.ts';
import { severities } from './severities.ts';
import { spoken } from './spoken.ts';
import { toasts } from './toasts.ts';

export const de: Messages = {
  away,
  bell,
  card,
  common,
  connection,
  inbox,
  list,
  preferences,
  quiet,
  severities,
  spoken,
  toasts,
};

import { away } from './away.ts';
import { card } from './card.ts';
import { inbox } from './inbox.ts';
import { list } from './list.ts';
import { preferences } from './preferences.ts';
import { quiet } from './quiet.ts';
import { spoken } from './spoken.ts';
import { toasts } from './toasts.ts';

/** Used only for the `English` type. Parts that load later add English strings with `addEnglish`. */
export const late = { away, card, inbox, list, preferences, quiet, spoken, toasts };

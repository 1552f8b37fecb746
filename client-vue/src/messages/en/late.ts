import { away } from './away.ts';
import { card } from './card.ts';
import { inbox } from './inbox.ts';
import { preferences } from './preferences.ts';
import { quiet } from './quiet.ts';
import { spoken } from './spoken.ts';
import { toasts } from './toasts.ts';

/** For the type of all texts only: parts that load later bring their English texts along, with `addEnglish`. */
export const late = { away, card, inbox, preferences, quiet, spoken, toasts };

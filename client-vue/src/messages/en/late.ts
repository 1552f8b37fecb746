import { card } from './card.ts';

/** For the type of all texts only: parts that load later bring their English texts along, with `addEnglish`. */
export const late = { card };

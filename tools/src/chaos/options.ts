import { Failure } from '../failure.ts';

export interface ChaosOptions {
  seed: number;
  minutes: number;
  /** Pop first, emit, acknowledge: what the ledger must find wanting. */
  naive: boolean;
}

const USAGE = 'npm run chaos -- [--seed N] [--minutes N] [--naive]';

/** @throws Failure for a word that is no option. */
export function readChaosOptions(args: readonly string[]): ChaosOptions {
  const options: ChaosOptions = { seed: 1, minutes: 2, naive: false };
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--naive') options.naive = true;
    else if (word === '--seed' || word === '--minutes') {
      const value = Number(words.shift());
      if (!(value > 0)) throw new Failure(`${word} takes a number above 0. Use: ${USAGE}`);
      options[word === '--seed' ? 'seed' : 'minutes'] = value;
    } else throw new Failure(`There is no option ${word}. Use: ${USAGE}`);
  }
  return options;
}

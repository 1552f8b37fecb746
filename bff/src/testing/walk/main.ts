import { FAULTS, type Fault } from './faults.ts';
import { explore } from './walk.ts';

/** node --import tsx main.ts [walks=1000] [seed=1] [-fault …]: without the faults named with a minus. */
const words = process.argv.slice(2);
const without = new Set(words.filter((word) => word.startsWith('-')).map((word) => word.slice(1)));
const [walks = 1_000, seed = 1] = words.filter((word) => !word.startsWith('-')).map(Number);
const faults = new Set<Fault>(FAULTS.filter((fault) => !without.has(fault)));
const report = await explore({ walks, seed, faults });
console.log(`seed ${seed}, faults ${[...faults].join(' ')}\n${report.toString()}`);
process.exitCode = report.violations.size > 0 ? 1 : 0;

import { readDoctorConfig } from '../config.ts';
import { examine } from './examine.ts';
import { readDoctorOptions } from './options.ts';
import { print } from './report.ts';

/**
 * `npm run doctor`: looks at a running system from end to end and says in words what is wrong and what to do. 1 with
 * any fault, 0 also with warnings.
 */
export async function doctor(args: string[]): Promise<number> {
  const { target, json } = readDoctorOptions(args, readDoctorConfig());
  const findings = await examine(target);
  process.stdout.write(print(findings, json));
  return findings.some(({ state }) => state === 'fault') ? 1 : 0;
}

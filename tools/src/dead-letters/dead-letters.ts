import type { SetAside } from '@tocsin/contracts';
import {
  DaprClaimCheck,
  SetAsideError,
  SetAsideRecords,
  Sidecar,
  SidecarError,
  noteSetAside,
} from '@tocsin/service';
import { commandTrail, whoRuns, type CommandTrail } from '../audit/command-trail.ts';
import { Failure } from '../failure.ts';
import { whichSidecar } from '../start/which-sidecar.ts';

const USAGE = 'npm run dead-letters [-- put-back <entry>|--all] [-- delete <entry>] [-- show <entry>]';
const CONTENT_SHOWN = 160;

/**
 * `npm run dead-letters`: lists what the feeds have set aside with reason and content, puts one or all back, or
 * deletes one. It asks the bff's sidecar of the `npm start` in this folder, or the one that DAPR_HTTP_PORT names.
 */
export async function deadLetters(args: string[]): Promise<number> {
  const sidecar = new Sidecar({ ...whichSidecar(), timeoutMs: 10_000 });
  const trail = commandTrail(sidecar, 'dead-letters');
  const letters = new RecordedLetters(sidecar, trail);
  try {
    await act(letters, args);
    return 0;
  } catch (error) {
    if (error instanceof SidecarError && error.status === undefined) {
      throw new Failure(`The bff's sidecar does not answer: ${error.message}. Is Tocsin running?`);
    }
    if (!(error instanceof SetAsideError)) throw error;
    const hint = error.code === 'not_found' ? ' `npm run dead-letters` lists all records.' : '';
    throw new Failure(`${error.message}${hint}`);
  } finally {
    await trail.stop();
    await sidecar.close();
  }
}

/** Dead letters whose every change is noted as that of the user who runs this. */
class RecordedLetters extends SetAsideRecords {
  readonly #trail: CommandTrail;
  readonly #who = whoRuns();

  constructor(sidecar: Sidecar, trail: CommandTrail) {
    super(sidecar, new DaprClaimCheck(sidecar));
    this.#trail = trail;
  }

  override async putBack(record: SetAside): Promise<void> {
    const change = () => super.putBack(record);
    await noteSetAside(this.#trail, this.#who, { action: 'put-back', record, change });
  }

  async delete(record: SetAside): Promise<void> {
    const change = () => this.remove(record.entry);
    await noteSetAside(this.#trail, this.#who, { action: 'delete', record, change });
  }
}

async function act(letters: RecordedLetters, args: string[]): Promise<void> {
  const [verb = 'list', entry, ...more] = args;
  if (verb === 'list' && entry === undefined) return print(await letters.list());
  if (entry === undefined || more.length > 0) throw new Failure(`Use: ${USAGE}`);
  if (verb === 'show') return say(JSON.stringify(await letters.find(entry), null, 2));
  if (verb === 'delete') {
    const record = await letters.find(entry);
    await letters.delete(record);
    return say(`Deleted: ${record.entry}`);
  }
  if (verb !== 'put-back') throw new Failure(`Use: ${USAGE}`);
  const records = entry === '--all' ? await letters.list() : [await letters.find(entry)];
  let left = 0;
  for (const record of records) if (!(await putBack(letters, record, records.length > 1))) left++;
  if (left > 0) throw new Failure(`${left} of ${records.length} could not be put back.`);
}

/** False for one that cannot be put back, which does not keep the others from it. */
async function putBack(letters: SetAsideRecords, record: SetAside, goOn: boolean): Promise<boolean> {
  try {
    await letters.putBack(record);
    say(`Put back: ${record.entry}`);
    return true;
  } catch (error) {
    if (!goOn || !(error instanceof SetAsideError)) throw error;
    say(`Left: ${error.message}`);
    return false;
  }
}

function print(records: readonly SetAside[]): void {
  if (records.length === 0) return say('Nothing is set aside.');
  for (const { entry, feed, reason, faults, content, at } of records) {
    say(`${at}  ${reason.padEnd(8)} ${entry}  (feed ${feed || 'unknown'})`);
    for (const fault of faults) say(`    ${fault}`);
    if (content !== null)
      say(`    ${content.length > CONTENT_SHOWN ? `${content.slice(0, CONTENT_SHOWN)}…` : content}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

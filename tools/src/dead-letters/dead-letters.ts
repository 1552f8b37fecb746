import type { SetAside } from '@tocsin/contracts';
import {
  DaprClaimCheck,
  SetAsideError,
  SetAsideRecords,
  Sidecar,
  SidecarError,
  noteSetAside,
} from '@tocsin/service';
import { commandTrail, commandUser, type CommandTrail } from '../audit/command-trail.ts';
import { Failure, messageOf } from '../failure.ts';
import { parseOptions, usageFailure } from '../options.ts';
import { escapeControls } from '../print/escape-controls.ts';
import { chooseSidecar } from '../start/instance/choose-sidecar.ts';

const USAGE = 'npm run dead-letters [-- show ENTRY | put-back ENTRY | put-back --all | delete ENTRY]';
const MAX_CONTENT = 160;

/**
 * `npm run dead-letters`: lists set-aside records (including the reason and the content), puts back one or all of them,
 * or deletes one. Uses a bff sidecar started by this folder's `npm start`, or the sidecar on DAPR_HTTP_PORT.
 */
export async function deadLetters(args: string[]): Promise<number> {
  const act = readAction(args);
  const sidecar = new Sidecar({ ...chooseSidecar(), timeoutMs: 10_000 });
  const trail = commandTrail(sidecar, 'dead-letters');
  const records = new AuditedRecords(sidecar, trail);
  try {
    await act(records);
    return 0;
  } catch (error) {
    if (error instanceof SidecarError || error instanceof SetAsideError) throw new Failure(explain(error));
    throw error;
  } finally {
    await trail.stop();
    await sidecar.close();
  }
}

function explain(error: unknown): string {
  const message = escapeControls(messageOf(error));
  if (error instanceof SidecarError && error.status === undefined)
    return `The bff's sidecar does not respond: ${message}. Is Tocsin running?`;
  const isUnknown = error instanceof SetAsideError && error.code === 'not_found';
  return `${message}${isUnknown ? ' `npm run dead-letters` lists all records.' : ''}`;
}

/** The set-aside records. Notes each change in the audit trail, along with the user who runs the command. */
class AuditedRecords extends SetAsideRecords {
  readonly #trail: CommandTrail;
  readonly #caller = commandUser();

  constructor(sidecar: Sidecar, trail: CommandTrail) {
    super(sidecar, new DaprClaimCheck(sidecar));
    this.#trail = trail;
  }

  override async putBack(record: SetAside): Promise<void> {
    const change = () => super.putBack(record);
    await noteSetAside(this.#trail, this.#caller, { action: 'put-back', record, change });
  }

  async delete(record: SetAside): Promise<void> {
    const change = () => this.remove(record.entry);
    await noteSetAside(this.#trail, this.#caller, { action: 'delete', record, change });
  }
}

/** A parsed command on the set-aside records. */
type Action = (records: AuditedRecords) => Promise<void>;

function readAction(args: string[]): Action {
  const { values, positionals } = parseOptions(args, USAGE, {
    options: { all: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [verb = 'list', entry, ...more] = positionals;
  if (more.length > 0) throw usageFailure(['Specify only one entry'], USAGE);
  if (values.all) {
    if (verb !== 'put-back' || entry !== undefined)
      throw usageFailure(['--all is only valid with put-back'], USAGE);
    return async (records) => putBackAll(records, await records.list());
  }
  if (verb === 'list' && entry === undefined) return async (records) => print(await records.list());
  if (entry === undefined) throw usageFailure([`${verb} requires an entry name`], USAGE);
  switch (verb) {
    case 'show':
      return async (records) => {
        for (const line of JSON.stringify(await records.find(entry), null, 2).split('\n')) say(line);
      };
    case 'delete':
      return async (records) => {
        const record = await records.find(entry);
        await records.delete(record);
        say(`Deleted: ${record.entry}`);
      };
    case 'put-back':
      return async (records) => putBackAll(records, [await records.find(entry)]);
    default:
      throw usageFailure([`Unknown command ${verb}`], USAGE);
  }
}

/**
 * Puts back the chosen records. If one of several records can't be put back, continues with the rest. Stops at any
 * other error.
 * @throws SetAsideError if the only record cannot be put back; otherwise Failure
 */
async function putBackAll(records: AuditedRecords, chosen: readonly SetAside[]): Promise<void> {
  let done = 0;
  for (const record of chosen) {
    try {
      await records.putBack(record);
      done++;
      say(`Put back: ${record.entry}`);
    } catch (error) {
      if (!(error instanceof SetAsideError))
        throw new Failure(`Put back ${done} of ${chosen.length} records, then stopped. ${explain(error)}`);
      if (chosen.length === 1) throw error;
      say(`Could not put back a record: ${error.message}`);
    }
  }
  const failed = chosen.length - done;
  if (failed > 0) throw new Failure(`${failed} of ${chosen.length} records could not be put back.`);
}

function print(records: readonly SetAside[]): void {
  if (records.length === 0) return say('No records are set aside.');
  for (const { entry, feed, reason, faults, content, at } of records) {
    say(`${at}  ${reason.padEnd(8)} ${entry}  (feed ${feed || 'unknown'})`);
    for (const fault of faults) say(`    ${fault}`);
    if (content !== null)
      say(`    ${content.length > MAX_CONTENT ? `${content.slice(0, MAX_CONTENT)}…` : content}`);
  }
}

/** Prints one line. Escapes control characters. */
function say(line: string): void {
  process.stdout.write(`${escapeControls(line)}\n`);
}

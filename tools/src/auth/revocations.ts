import {
  COMPONENTS,
  MAX_REVOCATION_AHEAD_MS,
  REVOCATIONS_KEY,
  faultsOf,
  parseDateTime,
  revokeSchema,
} from '@tocsin/contracts';
import { RevocationList, RevocationsFullError, Sidecar, SidecarError, noteRevocation } from '@tocsin/service';
import { commandTrail, commandUser } from '../audit/command-trail.ts';
import { Failure } from '../failure.ts';
import { chooseSidecar } from '../start/instance/choose-sidecar.ts';

/** Dapr's etag for a key that must not exist yet. */
const ABSENT = '-1';

interface RevocationsOptions {
  revoke?: string | undefined;
  before?: string | undefined;
  lift?: string | undefined;
}

/**
 * Revokes a subject's tokens, lifts a revocation, or lists all revocations. Calls a bff's sidecar for this. Every bff
 * applies a change within two seconds.
 */
export async function revocations({ revoke, before, lift }: RevocationsOptions): Promise<number> {
  const sidecar = new Sidecar({ ...chooseSidecar(), timeoutMs: 10_000 });
  let hasWritten = false;
  const list = revocationListOf(sidecar, () => {
    hasWritten = true;
  });
  const trail = commandTrail(sidecar, 'token');
  try {
    if (revoke !== undefined) {
      const { sub, before: moment } = readRevoke(revoke, before);
      const change = () => list.revoke(sub, moment);
      const effective = await noteRevocation(trail, commandUser(), { action: 'reader-revoked', sub, change });
      say(
        `Revoked the tokens of ${effective.sub} that have no iat or were issued at or before ${effective.before}.`,
      );
    } else if (lift !== undefined) {
      const change = () => list.lift(lift);
      const action = 'reader-restored';
      if (!(await noteRevocation(trail, commandUser(), { action, sub: lift, change })))
        throw new Failure(`Nothing to lift: no tokens of ${lift} are revoked.`);
      say(`The tokens of ${lift} are accepted again.`);
    } else {
      const revoked = (await list.read()) ?? [];
      for (const revocation of revoked)
        say(
          `${revocation.sub}  tokens issued at or before ${revocation.before}  (revoked at ${revocation.at})`,
        );
      if (revoked.length === 0) say('No tokens are revoked.');
    }
    return 0;
  } catch (error) {
    if (error instanceof RevocationsFullError) throw new Failure(error.message);
    if (error instanceof SidecarError) {
      throw new Failure(`${explain(error)}${hasWritten ? UNCERTAIN : ''}`);
    }
    throw error;
  } finally {
    await trail.stop();
    await sidecar.close();
  }
}

const UNCERTAIN =
  ' The change may still have been stored; `npm run token -- --revocations` shows whether it was.';

const explain = ({ message, status }: SidecarError): string =>
  status === undefined
    ? `The bff's sidecar does not respond: ${message}. Is Tocsin running?`
    : `${message.replace(/\.$/, '')}.`;

function revocationListOf(sidecar: Sidecar, onWrite: () => void): RevocationList {
  return new RevocationList({
    document: {
      read: () => sidecar.getState(COMPONENTS.state, REVOCATIONS_KEY),
      write: (value, etag) => {
        onWrite();
        return sidecar.transact(COMPONENTS.state, [
          { operation: 'upsert', key: REVOCATIONS_KEY, value, etag: etag ?? ABSENT },
        ]);
      },
    },
    now: () => Date.now(),
  });
}

function readRevoke(sub: string, before: string | undefined): { sub: string; before: number } {
  const checked = revokeSchema.safeParse({ sub, before });
  if (!checked.success) {
    const errors = faultsOf(checked.error).map(({ path, message }) => `  ${path}: ${message}`);
    throw new Failure(`Cannot revoke the tokens:\n${errors.join('\n')}`);
  }
  const moment = parseDateTime(checked.data.before ?? '') ?? Date.now();
  if (moment > Date.now() + MAX_REVOCATION_AHEAD_MS) {
    throw new Failure(
      `Invalid --before ${String(before)}. It can be at most ${MAX_REVOCATION_AHEAD_MS / 60_000} minutes in the future`,
    );
  }
  return { sub, before: moment };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

import { userInfo } from 'node:os';
import { AuditTrail, DaprAuditSink, type AuditCaller, type Sidecar } from '@tocsin/service';

/** Maximum time (ms) to write the remaining audit records. */
const AUDIT_MS = 5_000;

/** The user who runs a command, as named in the audit trail. */
export const commandUser = (): AuditCaller => ({
  via: 'cli',
  actor: { kind: 'operator', name: userInfo().username },
});

/**
 * The audit trail for `npm run <command>`, written through a bff sidecar. `stop` writes the remaining records, or
 * prints them if that fails.
 */
export function commandTrail(sidecar: Sidecar, command: string) {
  const trail = new AuditTrail({
    sink: new DaprAuditSink(sidecar),
    instance: `npm run ${command}`,
    observer: {
      written: () => undefined,
      failed: () => undefined,
      lost: (records) => {
        process.stderr.write(
          `Could not write these records to the audit trail:\n${JSON.stringify(records)}\n`,
        );
      },
    },
  });
  return { note: trail.note.bind(trail), stop: () => trail.stop(AUDIT_MS) };
}
export type CommandTrail = ReturnType<typeof commandTrail>;

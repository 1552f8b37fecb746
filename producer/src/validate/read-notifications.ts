import {
  MAX_NOTIFICATIONS_PER_REQUEST,
  faultsOf,
  notificationInputSchema,
  type Fault,
  type NotificationInput,
} from '@tocsin/contracts';
import { readJson, type ProblemDetails } from '@tocsin/service';

/** Maximum number of errors per response. */
const MAX_FAULTS = 1_000;
/** Maximum path length in a response. Needed because paths contain member names that callers choose. */
const MAX_PATH = 200;

export type ReadResult = { inputs: NotificationInput[]; isArray: boolean } | { problem: ProblemDetails };

/** Reads notifications from a POST body. If it's invalid, returns a problem that lists the errors. */
export function readNotifications(body: Uint8Array): ReadResult {
  const read = readJson(body);
  return 'problem' in read ? read : readValue(read.value);
}

export const readValue = (value: unknown): ReadResult =>
  Array.isArray(value) ? readArray(value) : readOne(value);

function readOne(value: unknown): ReadResult {
  const result = notificationInputSchema.safeParse(value);
  return result.success ? { inputs: [result.data], isArray: false } : invalid(faultsOf(result.error));
}

function readArray(values: unknown[]): ReadResult {
  if (values.length === 0) {
    return invalid([{ path: '', message: 'must have at least one notification' }]);
  }
  const faults: Fault[] = [];
  if (values.length > MAX_NOTIFICATIONS_PER_REQUEST) {
    faults.push({
      path: '',
      message: `must have at most ${MAX_NOTIFICATIONS_PER_REQUEST} notifications, not ${values.length}`,
    });
  }
  const inputs: NotificationInput[] = [];
  for (const [index, value] of values.slice(0, MAX_NOTIFICATIONS_PER_REQUEST).entries()) {
    const result = notificationInputSchema.safeParse(value);
    if (result.success) inputs.push(result.data);
    else for (const fault of faultsOf(result.error, [index])) faults.push(fault);
  }
  return faults.length > 0 ? invalid(faults) : { inputs, isArray: true };
}

function invalid(faults: Fault[]): ReadResult {
  const errors = faults.slice(0, MAX_FAULTS).map(({ path, message }) => ({ path: truncate(path), message }));
  const detail =
    `The body has ${faults.length} error${faults.length === 1 ? '' : 's'}, so nothing was published.` +
    (faults.length > errors.length ? ` The first ${errors.length} are listed.` : '');
  return { problem: { status: 400, code: 'invalid_notification', detail, errors } };
}

const truncate = (path: string): string => (path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path);

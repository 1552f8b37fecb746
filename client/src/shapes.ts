import {
  inboxEvent,
  isObject,
  isText,
  matches,
  mutesEvent,
  positionEvent,
  preferencesEvent,
  publicationsEvent,
  readEvent,
  type Guard,
  type InboxState,
  type Mutes,
  type Page,
  type Position,
  type Preferences,
  type Problem,
  type ReadState,
  type SocketError,
} from '@tocsin/contracts';

/*
 * These functions validate responses. Like the event schemas, they check only the members that the client uses. The
 * strict schemas of the contracts package would reject members added by newer servers.
 */
const { epoch, offset } = positionEvent.schema;
const { ids } = readEvent.schema;
const { publications } = publicationsEvent.schema;

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

export const isPosition: Guard<Position> = (value): value is Position => matches({ epoch, offset }, value);

export const isPage: Guard<Omit<Page, 'feed'>> = (value): value is Omit<Page, 'feed'> =>
  matches({ epoch, offset, recovered: isFlag, more: isFlag, publications }, value);

export const isReadState: Guard<ReadState> = (value): value is ReadState => matches({ offset, ids }, value);

export const isInboxState: Guard<InboxState> = (value): value is InboxState =>
  isObject(value) && matches(inboxEvent.schema, { feed: '', ...value });

export const isMutes: Guard<Mutes> = (value): value is Mutes => matches(mutesEvent.schema, value);

export const isPreferences: Guard<Preferences> = (value): value is Preferences =>
  matches(preferencesEvent.schema, value);

export const isSocketError: Guard<SocketError> = (value): value is SocketError =>
  matches({ code: isText, message: isText, temporary: isFlag }, value);

/** Returns the error in a response that isn't `ok`, or an error that says that the response is malformed. */
export const errorIn = (
  response: unknown,
): SocketError | { code: 'malformed'; message: string; temporary: true } =>
  isObject(response) && isSocketError(response['error'])
    ? response['error']
    : { code: 'malformed', message: 'Malformed response', temporary: true };

export const isProblem: Guard<Problem> = (value): value is Problem =>
  isObject(value) &&
  typeof value['status'] === 'number' &&
  ['type', 'title', 'code', 'detail'].every((member) => isText(value[member]));

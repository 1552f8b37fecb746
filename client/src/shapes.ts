import type {
  Mutes,
  Page,
  Position,
  PositionEvent,
  Problem,
  Publication,
  PublicationsEvent,
  ReadEvent,
  ReadState,
  RetractedEvent,
  SocketError,
} from '@tocsin/contracts';

/**
 * What the merge relies on, and no more: a newer server may add members, which the strict schemas of the contract
 * would refuse.
 */
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export const isPosition = (value: unknown): value is Position =>
  isObject(value) && typeof value['epoch'] === 'string' && isOffset(value['offset']);

const isPublication = (value: unknown): value is Publication => {
  if (!isObject(value) || !isOffset(value['offset'])) return false;
  const notification = value['notification'];
  if (notification === null) return typeof value['id'] === 'string' && typeof value['gone'] === 'string';
  return (
    isObject(notification) &&
    typeof notification['id'] === 'string' &&
    typeof notification['title'] === 'string'
  );
};

const arePublications = (value: unknown): value is Publication[] =>
  Array.isArray(value) && value.every(isPublication);

export const isPage = (value: unknown): value is Omit<Page, 'feed'> =>
  isPosition(value) &&
  'recovered' in value &&
  typeof value.recovered === 'boolean' &&
  'more' in value &&
  typeof value.more === 'boolean' &&
  'publications' in value &&
  arePublications(value.publications);

export const isPublicationsEvent = (value: unknown): value is PublicationsEvent =>
  isObject(value) &&
  typeof value['feed'] === 'string' &&
  typeof value['epoch'] === 'string' &&
  arePublications(value['publications']);

export const isPositionEvent = (value: unknown): value is PositionEvent =>
  isObject(value) && typeof value['feed'] === 'string' && isPosition(value);

export const isReadState = (value: unknown): value is ReadState =>
  isObject(value) &&
  isOffset(value['offset']) &&
  Array.isArray(value['ids']) &&
  value['ids'].every((id) => typeof id === 'string');

export const isReadEvent = (value: unknown): value is ReadEvent =>
  isReadState(value) && isPosition(value) && 'feed' in value && typeof value.feed === 'string';

export const isMutes = (value: unknown): value is Mutes =>
  isObject(value) &&
  [value['feeds'], value['severities']].every(
    (list) => Array.isArray(list) && list.every((name) => typeof name === 'string'),
  );

export const isSocketError = (value: unknown): value is SocketError =>
  isObject(value) &&
  typeof value['code'] === 'string' &&
  typeof value['message'] === 'string' &&
  typeof value['temporary'] === 'boolean';

export const isRetractedEvent = (value: unknown): value is RetractedEvent =>
  isObject(value) &&
  typeof value['feed'] === 'string' &&
  Array.isArray(value['ids']) &&
  value['ids'].every((id) => typeof id === 'string');

export const isProblem = (value: unknown): value is Problem =>
  isObject(value) &&
  typeof value['status'] === 'number' &&
  ['type', 'title', 'code', 'detail'].every((member) => typeof value[member] === 'string');

import { isObject } from '@tocsin/contracts';

/** Whether `value` (an entry, a notification or an array of notifications) contains an item with this id. */
export function hasItem(value: unknown, id: string): boolean {
  if (!isObject(value)) return false;
  if (Array.isArray(value)) return value.some((item) => isObject(item) && item['id'] === id);
  return value['id'] === id || hasItem(value['notifications'], id);
}

import type { Rule } from '../clients/changes.ts';
import type { Watcher } from '../clients/clients.ts';

/** Describes each schedule, retraction and expiry that a client did not handle correctly. */
export function brokenRules(watcher: Watcher, rules: ReadonlyMap<string, Rule>): string[] {
  const gone = new Set(watcher.gone.map(({ id }) => id));
  return watcher.shown.flatMap(({ id, at }) => {
    const rule = rules.get(id);
    if (!rule) return [];
    const { notBefore, notAfter, mustNotShow, mustRemove } = rule;
    if (mustNotShow) return [`${id} was shown although it had been retracted`];
    if (notBefore !== undefined && at < notBefore)
      return [`${id} was shown ${Math.round(notBefore - at)} ms too early`];
    if (notAfter !== undefined && at > notAfter)
      return [`${id} was shown ${Math.round(at - notAfter)} ms too late`];
    return mustRemove && !gone.has(id) ? [`${id} was retracted but is still on the screen`] : [];
  });
}

/** Returns how late a client showed each scheduled notification (ms). */
export const lateness = (watcher: Watcher, rules: ReadonlyMap<string, Rule>): number[] =>
  watcher.shown.flatMap(({ id, at }) => {
    const rule = rules.get(id);
    return rule?.kind === 'scheduled' ? [Math.max(0, at - (rule.notBefore ?? at))] : [];
  });

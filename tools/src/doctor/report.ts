import type { Finding } from './finding.ts';

/**
 * Formats one line per check, including its remedy if it has one, and the totals. With `json`, formats JSON instead.
 */
export function formatReport(findings: readonly Finding[], json: boolean): string {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const summary = { checks: findings.length, warnings: count('warn'), faults: count('fault') };
  if (json) return `${JSON.stringify({ ...summary, findings }, null, 2)}\n`;
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, state, says, remedy }) => {
    const line = `${(state === 'fault' ? 'error' : state).padEnd(5)}  ${check.padEnd(width)}  ${says}`;
    return remedy === undefined ? line : `${line.replace(/\.$/, '')}. ${remedy}`;
  });
  const { checks, warnings, faults } = summary;
  return `${lines.join('\n')}\n\n${checks} checks: ${plural(faults, 'error')}, ${plural(warnings, 'warning')}.\n`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

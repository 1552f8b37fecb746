import { isolate } from '@tocsin/contracts';
import type { OpsMessages } from '../messages/messages.ts';
import { formatBytes, formatCount, formatDuration, formatLatency, formatPercent } from '../numbers.ts';
import type { Fault } from './rules.ts';

const MAX_SHOWN = 3;

export function faultText(fault: Fault, texts: OpsMessages['verdict']): string {
  switch (fault.kind) {
    case 'unreachable':
      return texts.unreachable;
    case 'dependency':
      return texts.dependency(fault.dependency, isolate(fault.instance));
    case 'figures':
      return texts.figures;
    case 'vanished': {
      const { instances } = fault;
      const names = instances
        .slice(0, MAX_SHOWN)
        .map((name) => isolate(name))
        .join(', ');
      return texts.vanished(instances.length > MAX_SHOWN ? `${names}, …` : names, instances.length);
    }
    case 'queue':
      return texts.queue(formatCount(fault.unfinished), formatDuration(fault.oldestMs));
    case 'late':
      return texts.late(formatLatency(fault.p99Ms));
    case 'memory':
      return texts.memory(
        formatBytes(fault.used),
        formatBytes(fault.limit),
        formatPercent(fault.used / fault.limit),
      );
    case 'setAside':
      return texts.setAside(fault.total);
    case 'fallbacks':
      return texts.fallbacks(fault.total, fault.hasMore);
    case 'versions':
      return texts.versions(fault.versions.join(', '));
  }
}

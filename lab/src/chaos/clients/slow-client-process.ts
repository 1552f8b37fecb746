import { Observer } from '../../ledger/observer.ts';
import type { SlowClientReport } from './slow-client.ts';

const [url = '', feed = '', token] = process.argv.slice(2);
const observer = new Observer('slow', url, { feed, ...(token && { getToken: () => token }) });

process.on('message', () => {
  const { shown, gone, gaps, position } = observer;
  const report: SlowClientReport = { ready: position !== undefined, shown, gone, gaps };
  process.send?.(report);
});
process.on('disconnect', () => process.exit());

import { Observer } from '../ledger/observer.ts';
import type { SlowClientReport } from './slow-client.ts';

const [url = '', feed = ''] = process.argv.slice(2);
const observer = new Observer('slow', url, { feed });

process.on('message', () => {
  const { shown, gaps, position } = observer;
  const report: SlowClientReport = { ready: position !== undefined, shown, gaps };
  process.send?.(report);
});
process.on('disconnect', () => process.exit());

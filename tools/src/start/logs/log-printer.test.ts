import { describe, expect, it } from 'vitest';
import { LogPrinter } from './log-printer.ts';

function createPrinter(verbose = false) {
  const lines: string[] = [];
  const logPrinter = new LogPrinter({
    write: (text) => lines.push(text),
    colors: false,
    verbose,
  });
  return { logPrinter, lines };
}

describe('LogPrinter', () => {
  it('should print time, source and message', () => {
    const { logPrinter, lines } = createPrinter();
    logPrinter.print({ source: 'bff 4001', level: 'warn', text: 'slow' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d bff 4001 {6}\| warn slow\n$/);
  });

  it('should show a repeated line at most once every 5 s, and count the hidden repetitions', () => {
    const { logPrinter, lines } = createPrinter();
    const line = { source: 'dapr bff', level: 'error', text: 'refused' } as const;
    for (let at = 0; at <= 5_000; at += 1_000) logPrinter.print(line, at);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('refused (and 4 more like this)');
  });

  it('should not treat equal messages from two instances as repeated', () => {
    const { logPrinter, lines } = createPrinter();
    logPrinter.print({ source: 'bff 4001', level: 'info', text: 'stopped' }, 0);
    logPrinter.print({ source: 'bff 4002', level: 'info', text: 'stopped' }, 0);
    expect(lines).toHaveLength(2);
  });

  it('should hide Dapr’s usual warnings by default, and all Dapr lines while stopping', () => {
    const noise = 'time="t" level=warning msg="mTLS is disabled." app_id=bff';
    const news = 'time="t" level=error msg="no Redis" app_id=bff';
    const quiet = createPrinter();
    quiet.logPrinter.printRaw(noise);
    quiet.logPrinter.printRaw(news);
    quiet.logPrinter.quietDapr();
    quiet.logPrinter.printRaw(news.replace('no', 'still no'));
    expect(quiet.lines.map((line) => line.split('| ')[1])).toEqual(['error no Redis\n']);
    const all = createPrinter(true);
    all.logPrinter.printRaw(noise);
    expect(all.lines).toHaveLength(1);
  });
});

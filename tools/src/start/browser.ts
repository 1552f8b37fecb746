import { spawn } from 'node:child_process';
import { findCommand } from '../process/run.ts';
import type { Say } from '../setup/say.ts';

/** Opens `url` in the desktop's browser, if it has a command for that. */
export function openBrowser(url: string, say: Say): void {
  const command = findCommand(process.platform === 'darwin' ? ['open'] : ['xdg-open', 'wslview']);
  if (!command) return;
  const child = spawn(command, [url], { stdio: 'ignore', detached: true });
  child.once('error', (error) =>
    say(`The browser could not be opened (${error.message}); open ${url} yourself.`),
  );
  child.unref();
}

import { spawn } from 'node:child_process';
import { findCommand } from '../process/run.ts';
import type { Say } from '../setup/say.ts';

/** Opens `url` in the desktop's browser, if there is a command for it. */
export function openBrowser(url: string, say: Say): void {
  const command = findCommand(process.platform === 'darwin' ? ['open'] : ['xdg-open', 'wslview']);
  if (!command) return;
  const child = spawn(command, [url], { stdio: 'ignore', detached: true });
  child.once('error', (error) => say(`Could not open the browser (${error.message}). Open ${url} yourself.`));
  child.unref();
}

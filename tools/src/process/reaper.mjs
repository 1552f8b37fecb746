// Kills the processes that the parent leaves behind, even if the parent is killed. Reads "+pid" and "-pid" from
// standard input, and kills the listed process groups when the input closes.
import { createInterface } from 'node:readline';

const groups = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) groups.add(pid);
  else groups.delete(pid);
});
lines.on('close', () => {
  for (const pid of groups) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // ESRCH: the group has already exited.
      if (error.code !== 'ESRCH') throw error;
    }
  }
});

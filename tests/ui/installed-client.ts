import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { buildClientPackage } from '@tocsin/tools';

/** What an app's package.json names besides the client. */
const NEEDED = ['@vitejs/plugin-vue', 'vite', 'vue', 'pinia', 'vue-toastification', 'socket.io-client'];

/** Installs the packed client, and what its components need, into the folder of an app. */
export async function installClient(dir: string): Promise<void> {
  const modules = join(dir, 'node_modules');
  await buildClientPackage(join(modules, '@tocsin', 'client'));
  await mkdir(join(modules, '@vitejs'));
  for (const name of NEEDED)
    await symlink(join(import.meta.dirname, '../../node_modules', name), join(modules, name));
}

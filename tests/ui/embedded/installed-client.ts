import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { buildClientPackage, buildClientVuePackage } from '@tocsin/tools';

/** Other packages in the app's package.json. */
const DEPENDENCIES = ['@vitejs/plugin-vue', 'vite', 'vue', 'pinia', 'vue-toastification', 'socket.io-client'];

/** Installs both client packages and the app's other dependencies into its folder. */
export async function installDependencies(dir: string): Promise<void> {
  const modules = join(dir, 'node_modules');
  await buildClientPackage(join(modules, '@tocsin', 'client'));
  await buildClientVuePackage(join(modules, '@tocsin', 'client-vue'));
  await mkdir(join(modules, '@vitejs'));
  for (const name of DEPENDENCIES)
    await symlink(join(import.meta.dirname, '../../../node_modules', name), join(modules, name));
}

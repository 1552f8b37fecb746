import { runUntilSignal } from '@tocsin/service';
import { startBff } from './app.ts';
import { readConfig } from './config.ts';

await runUntilSignal(() => startBff(readConfig()));

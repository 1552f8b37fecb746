import { runUntilSignal } from '@tocsin/service';
import { startApp } from './app.ts';
import { readConfig } from './config.ts';

await runUntilSignal(() => startApp(readConfig()));

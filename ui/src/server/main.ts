import { runUntilSignal } from '@tocsin/service';
import { startUi } from './app.ts';
import { readConfig } from './config.ts';

await runUntilSignal(() => startUi(readConfig()));

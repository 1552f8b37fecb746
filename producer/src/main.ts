import { runUntilSignal } from '@tocsin/service';
import { startProducer } from './app.ts';
import { readConfig } from './config.ts';

await runUntilSignal(() => startProducer(readConfig()));

import { runCommandLine } from '@tocsin/tools/command-line';

await runCommandLine({
  bench: async () => (await import('./bench/bench.ts')).bench,
  'bench:away': async () => (await import('./bench/away.ts')).benchAway,
  'bench:burst': async () => (await import('./bench/burst.ts')).benchBurst,
  'bench:recovery': async () => (await import('./bench/recovery.ts')).benchRecovery,
  'bench:sidecar': async () => (await import('./bench/sidecar-clients.ts')).benchSidecar,
  capacity: async () => (await import('./capacity/capacity.ts')).capacity,
  chaos: async () => (await import('./chaos/chaos.ts')).chaos,
  soak: async () => (await import('./soak/soak.ts')).soak,
});

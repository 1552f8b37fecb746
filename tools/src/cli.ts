import { runCommandLine } from './command-line.ts';

await runCommandLine({
  screenshots: async () => (await import('./docs/screenshots.ts')).screenshots,
  start: async () => (await import('./start/start.ts')).start,
  audit: async () => (await import('./audit/audit.ts')).audit,
  'api-key': async () => (await import('./auth/api-key.ts')).apiKey,
  token: async () => (await import('./auth/token.ts')).token,
  docs: async () => (await import('./docs/docs.ts')).docs,
  reset: async () => (await import('./start/reset.ts')).reset,
  build: async () => (await import('./build/build.ts')).build,
  conformance: async () => (await import('@tocsin/conformance')).conformance,
  containers: async () => (await import('./containers/containers.ts')).containers,
  'dead-letters': async () => (await import('./dead-letters/dead-letters.ts')).deadLetters,
  deploy: async () => (await import('./deploy/deploy.ts')).deploy,
  doctor: async () => (await import('./doctor/doctor.ts')).doctor,
  dev: async () => (await import('./dev/dev.ts')).dev,
  sbom: async () => (await import('./supply/sbom.ts')).sbom,
  scan: async () => (await import('./supply/scan.ts')).scan,
  tail: async () => (await import('./tail/tail.ts')).tail,
  'test:compose': async () => (await import('./test/compose.ts')).testCompose,
  'test:k8s': async () => (await import('./test/k8s.ts')).testK8s,
  test: async () => (await import('./test/test.ts')).test,
});

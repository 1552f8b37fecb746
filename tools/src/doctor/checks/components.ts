import { APP_IDS, COMPONENTS, SECRETS } from '@tocsin/contracts';
import { CLAIM_CHECK_TYPE } from '@tocsin/service';
import { fault, ok, type Finding } from '../finding.ts';
import type { ReachableSidecar } from './reachable-sidecar.ts';

/** The components that both applications need, each with the start of its type. */
const SHARED: Record<string, string> = {
  [COMPONENTS.entries]: CLAIM_CHECK_TYPE,
  [COMPONENTS.pubsub]: 'pubsub.redis',
  [COMPONENTS.deadLetters]: 'pubsub.redis',
  [COMPONENTS.state]: 'state.redis',
  [COMPONENTS.audit]: 'pubsub.redis',
};
const EXPECTED: Record<string, Record<string, string>> = {
  [APP_IDS.producer]: { ...SHARED, [SECRETS.apiKeys.store]: 'secretstores.' },
  [APP_IDS.bff]: { ...SHARED, [SECRETS.jwt.store]: 'secretstores.' },
};

/** Checks that the sidecar has loaded all components that the application uses. */
export function checkComponents({ name, metadata }: ReachableSidecar): Finding[] {
  const check = `components of ${name}`;
  const expected = Object.entries(EXPECTED[metadata.id] ?? {});
  const typeOf = new Map(metadata.components.map((component) => [component.name, component.type]));
  const missing = expected.filter(([component]) => !typeOf.has(component)).map(([component]) => component);
  const wrongType = expected.flatMap(([component, type]) => {
    const loaded = typeOf.get(component);
    return loaded === undefined || loaded.startsWith(type) ? [] : [`${component} is ${loaded}, not ${type}`];
  });
  if (missing.length === 0 && wrongType.length === 0) return [ok(check, `all ${expected.length} are loaded`)];
  return [
    fault(
      check,
      [...(missing.length > 0 ? [`${missing.join(', ')} missing`] : []), ...wrongType].join('; '),
      'Put each component’s file into this sidecar’s resources folder, with the sidecar’s app id in `scopes`, and restart the sidecar. Its log shows why it skipped a component.',
    ),
  ];
}

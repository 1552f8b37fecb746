import { claimCheckSuite } from '../../testing/claim-check-suite.ts';
import { MemoryClaimCheck } from './memory-claim-check.ts';

claimCheckSuite('memory', () => new MemoryClaimCheck());

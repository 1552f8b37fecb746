import { checkStates } from './in-state.ts';
import { TOAST_STATES } from './toast-states.ts';

checkStates(TOAST_STATES);

/** Notifications that wait for their time, the ports that this needs, and the way in for all notifications. */
export { Intake, type Answered, type IntakeOptions } from './intake.ts';
export type { Jobs, SoonChange, SoonStore } from './ports.ts';
export { LEAD_MS, NotDueError, Schedules, type ScheduleObserver } from './schedules.ts';

import { audit } from './audit.ts';
import { compose } from './compose.ts';
import { find } from './find.ts';
import { instances } from './instances.ts';
import { page } from './page.ts';
import { previews } from './previews.ts';
import { scheduled } from './scheduled.ts';
import { setAside } from './set-aside.ts';
import { unsent } from './unsent.ts';
import { verdict } from './verdict.ts';

export const en = { audit, compose, find, instances, page, previews, scheduled, setAside, unsent, verdict };

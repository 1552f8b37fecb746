import { z } from 'zod';
import { isWellFormed } from '../text/text.ts';
import { ICON_NAMES } from './icon-names.ts';

const MAX_ICON = 512;
const names: ReadonlySet<string> = new Set(ICON_NAMES);

function isSafeImage(icon: string): boolean {
  if (!/^https:\/\/[^/\\@?#]/.test(icon) || !URL.canParse(icon)) return false;
  const { username, password } = new URL(icon);
  return username === '' && password === '';
}

/** One of `ICON_NAMES`, or an image's `https` URL. */
export const iconSchema = z
  .string()
  .meta({
    description: `One of ${ICON_NAMES.join(', ')}, or an https image URL, which is shown only if the deployment allows its origin.`,
    pattern: `^(${ICON_NAMES.join('|')}|https://[^/\\\\@?#\\s]+([/\\\\?#]\\S*)?)$`,
    minLength: 1,
    maxLength: MAX_ICON,
  })
  .superRefine((icon, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    if (icon.length > MAX_ICON) return fault(`must have at most ${MAX_ICON} characters`);
    if (names.has(icon)) return;
    // oxlint-disable-next-line no-control-regex -- matches control characters on purpose
    if (/[\s\u0000-\u001f\u007f-\u009f]/.test(icon) || !isWellFormed(icon) || !isSafeImage(icon))
      fault('must be an icon name or an https URL without credentials or white space');
  });

/** A short token, such as `billing` or `ci.build`. */
export const categorySchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,39}$/,
    'must be 1 to 40 characters of a-z 0-9 . _ -, starting with a letter or digit',
  )
  .meta({ description: 'The subject, for filters and mutes: a short token such as `billing`.' });

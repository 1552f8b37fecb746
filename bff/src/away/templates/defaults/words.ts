/** One language's phrases by name. `{…}` is a placeholder. `PLACEHOLDERS` lists the allowed placeholders. */
export type Words = Record<keyof typeof EN, string>;

const EN = {
  subjectOne: '{title}',
  subjectMany: '{count} unread notifications',
  headingOne: 'You have an unread notification',
  headingMany: 'You have {count} unread notifications',
  headingCode: 'Confirm your address',
  info: 'Info',
  success: 'Success',
  warning: 'Warning',
  error: 'Error',
  otherSources: 'Other',
  open: 'Open',
  details: 'Details',
  moreOne: 'and 1 more in your inbox',
  moreMany: 'and {more} more in your inbox',
  openInbox: 'Open your inbox',
  why: 'You are receiving this e-mail because you have unread notifications in your inbox.',
  whyCode: 'You are receiving this e-mail because someone entered this address to get notifications.',
  unsubscribe: 'Unsubscribe from these e-mails',
};

const DE: Words = {
  subjectOne: '{title}',
  subjectMany: '{count} ungelesene Benachrichtigungen',
  headingOne: 'Sie haben eine ungelesene Benachrichtigung',
  headingMany: 'Sie haben {count} ungelesene Benachrichtigungen',
  headingCode: 'Bestätigen Sie Ihre Adresse',
  info: 'Info',
  success: 'Erfolg',
  warning: 'Warnung',
  error: 'Fehler',
  otherSources: 'Weitere',
  open: 'Öffnen',
  details: 'Details',
  moreOne: 'und 1 weitere in Ihrem Posteingang',
  moreMany: 'und {more} weitere in Ihrem Posteingang',
  openInbox: 'Posteingang öffnen',
  why: 'Sie erhalten diese E-Mail, weil Ihr Posteingang ungelesene Benachrichtigungen enthält.',
  whyCode: 'Sie erhalten diese E-Mail, weil jemand diese Adresse für Benachrichtigungen eingegeben hat.',
  unsubscribe: 'Diese E-Mails abbestellen',
};

export const WORDS: Record<'en' | 'de', Words> = { en: EN, de: DE };

/** The placeholders that phrases can contain. */
export const PLACEHOLDERS: Partial<Record<keyof Words, readonly string[]>> = {
  subjectOne: ['title'],
  subjectMany: ['count'],
  headingMany: ['count'],
  moreMany: ['more'],
};

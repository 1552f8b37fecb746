/** The frame of the page, access, and words that several parts share. */
export const page = {
  title: 'Operations',
  documentTitle: 'Tocsin operations',
  skip: 'Skip to the verdict',
  notifications: 'Notifications',
  runbook: 'Runbook',
  grafana: 'Grafana',
  outdated: (fault: string) => `${fault} The figures may be out of date. Trying again…`,
  noAnswer: "The server doesn't answer.",
  answered: (status: number) => `The server answered ${status}.`,
  unreadable: "The server's answer can't be read. Reload this page.",
  closedTitle: 'This page is closed',
  closedHint:
    'Without a token, anyone who reaches this server could see set-aside records and send notifications. Reload this page after you have configured the server.',
  signIn: 'Sign in',
  noRole: 'This token doesn’t have the role “ops”.',
  wrongToken: 'The server doesn’t accept this token, or no longer does.',
  needsToken: 'Enter the server’s OPS_TOKEN, or a token with the role “ops”.',
  token: 'Token',
  tokenKept: 'Kept until you close this tab.',
  continue: 'Continue',
  keep: 'Keep it',
};

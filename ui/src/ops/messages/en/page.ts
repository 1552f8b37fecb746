/** Page header, access, and strings shared by multiple parts. */
export const page = {
  title: 'Operations',
  documentTitle: 'Tocsin operations',
  skip: 'Skip to the status',
  notifications: 'Notifications',
  runbook: 'Runbook',
  grafana: 'Grafana',
  outdated: (fault: string) => `${fault} This data might be out of date. Retrying…`,
  noAnswer: "The server isn't responding.",
  answered: (status: number) => `The server responded with ${status}.`,
  unreadable: "The server's response can't be read. Reload this page.",
  closedTitle: 'This page is locked',
  closedHint:
    'Without a token, anyone who can reach this server could see set-aside records and send notifications. Configure the server, then reload this page.',
  signIn: 'Sign in',
  noRole: 'This token doesn’t have the “ops” role.',
  wrongToken: 'The server doesn’t accept this token. It may have expired.',
  needsToken: 'Enter the server’s OPS_TOKEN or a token with the “ops” role.',
  token: 'Token',
  tokenKept: 'Kept until you close this tab.',
  continue: 'Continue',
  keep: 'Keep it',
};

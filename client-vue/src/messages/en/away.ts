/** Settings for messages to the reader while no page is open. */
export const away = {
  title: 'When I am away',
  hint: 'Some notifications reach you in these ways if you have not read them in time. Quiet hours apply.',
  loading: 'Loading…',
  signedOut: 'Sign in to be reached while you are away.',
  notOffered: "This site doesn't send messages while you are away.",
  failed: "Couldn't load these settings.",
  retry: 'Try again',
  unsaved: "Couldn't save. Try again.",
  email: 'E-mail',
  emailTo: (address: string) => `E-mail goes to ${address}.`,
  emailOff: "You don't get e-mail.",
  agree: (address: string) => `Send e-mail to ${address}`,
  stop: 'Stop e-mail',
  otherAddress: 'Another address',
  sendCode: 'Send a code',
  codeSent: (address: string) =>
    `A code of 8 digits is on its way to ${address}. It is valid for 15 minutes.`,
  code: 'Code',
  confirm: 'Confirm',
  wrongAddress: 'Enter an e-mail address, such as ada@example.com.',
  wrongCode: 'This code is wrong, used or older than 15 minutes. Check it, or ask for a new one.',
  tooManyCodes: 'You have asked for five codes today. Try again tomorrow.',
  push: 'Push',
  pushOn: 'Push on this device: on',
  pushOff: 'Push on this device: off',
  pushUnsupported:
    "This browser can't receive push messages here. On an iPhone or iPad, add this page to the Home Screen first.",
  pushBlocked: "Your browser blocks them. Allow notifications for this page in the browser's settings.",
  pushDismissed:
    'Push stays off until you allow notifications. Try again, and choose “Allow” in your browser.',
};

/** Previews of e-mails. */
export const previews = {
  title: 'E-mail previews',
  hint: 'Sample e-mails, written by the templates of this deployment. Links open nothing, and images of other hosts are not loaded.',
  language: 'Language',
  languages: { en: 'English', de: 'German' },
  kind: 'E-mail',
  kinds: { single: 'One notification', digest: 'Digest', code: 'Address confirmation' },
  submit: 'Show',
  shown: 'The preview is shown below.',
  subject: 'Subject',
  html: 'HTML',
  text: 'Plain text',
  builtIn: 'All templates are built in.',
  overridden: (files: string) => `From the template folder: ${files}. The other templates are built in.`,
};

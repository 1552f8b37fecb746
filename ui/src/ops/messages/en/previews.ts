/** Previews of e-mails. */
export const previews = {
  title: 'E-mail previews',
  hint: "Sample e-mails, rendered with this deployment's templates. Links don't open, and images from other hosts aren't loaded.",
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

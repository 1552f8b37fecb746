import { startSmtpServer } from './smtp.ts';

/** Runs in a pod: an SMTP server that prints each email as a line of JSON. The port is the first argument. */
const { received } = await startSmtpServer({}, Number(process.argv[2]), '0.0.0.0');
setInterval(() => {
  for (const { from, to, mail } of received.splice(0))
    console.log(JSON.stringify({ from, to, subject: mail.subject, text: mail.text }));
}, 100);

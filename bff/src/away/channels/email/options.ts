import type { Templates } from '../../templates/templates.ts';

/** The key that signs e-mails. Its public key is published in DNS at `<selector>._domainkey.<domain>`. */
export interface Dkim {
  domain: string;
  selector: string;
  /** An RSA key in PEM. */
  privateKey: string;
}

export interface EmailOptions {
  /** `smtp://user:password@host:587` (STARTTLS if the server offers it), or `smtps://…:465`. */
  url: string;
  /** The sender, such as `Shop <no-reply@shop.example>`. */
  from: string;
  templates: Templates;
  /** If set, every e-mail is signed. */
  dkim?: Dkim | undefined;
  /**
   * Whether to refuse to send without TLS. Default: true if the URL has a password and the host is another machine,
   * since anyone on the network could read a password sent without TLS.
   */
  requireTls?: boolean | undefined;
  timeoutMs?: number | undefined;
}

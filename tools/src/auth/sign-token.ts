import { SignJWT } from 'jose';

export interface TokenOptions {
  claims: { sub: string; feeds: string[]; roles: string[]; email?: string | undefined };
  /** Seconds since 1970. */
  exp: number;
  issuer: string;
  audience: string;
  secret: string;
}

/** Creates a token that the bff accepts, signed with HS256. */
export const signToken = ({ claims, exp, issuer, audience, secret }: TokenOptions): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(exp)
    .sign(new TextEncoder().encode(secret));

/** True for an absolute http(s) URL or a path on this site. False for `//host`, `/\host` and any other scheme. */
export function isSafeLink(link: string): boolean {
  // Browsers ignore some control characters, so `/<tab>/host` would lead to another site.
  if (/\p{Cc}/u.test(link)) return false;
  if (/^\/(?![/\\])/.test(link)) return true;
  if (!/^https?:\/\/[^/\\]/i.test(link)) return false;
  return URL.canParse(link);
}

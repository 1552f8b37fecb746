/** True for an absolute http(s) address or a path of this site; never for `//host`, `/\host` or another scheme. */
export function isSafeLink(link: string): boolean {
  if (/^\/(?![/\\])/.test(link)) return true;
  if (!/^https?:\/\/[^/\\]/i.test(link)) return false;
  return URL.canParse(link);
}

import { posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

/** The base URL of the repository's files, such as https://git.example.com/tocsin/blob/main. */
const REPOSITORY = process.env['DOCS_REPOSITORY']?.replace(/\/$/, '');

/** The repository path that a link leads to, if the site doesn't have it: a source file, a folder or an API report. */
function repositoryPath(href: string, page: string): string | undefined {
  if (/^([a-z]+:|#|\/)/i.test(href)) return undefined;
  const path = posix.join('docs', posix.dirname(page), href.replace(/[?#].*$/, ''));
  const isPage = path.startsWith('docs/') && path.endsWith('.md') && !path.startsWith('docs/api/');
  return isPage || path.startsWith('docs/images/') ? undefined : path;
}

/**
 * Documents link to source files, which the site doesn't have. If DOCS_REPOSITORY is set, such a link leads to the
 * repository. Otherwise, it becomes plain text with the path as its title. VitePress checks all other links.
 */
export function documentLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('document-links', (state) => {
    const page = String((state.env as { relativePath?: string }).relativePath ?? '');
    for (const { children } of state.tokens) {
      const openTags: string[] = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const path = repositoryPath(String(token.attrGet('href') ?? ''), page);
          openTags.push(path !== undefined && REPOSITORY === undefined ? 'span' : 'a');
          if (path === undefined) continue;
          if (REPOSITORY === undefined) {
            token.tag = 'span';
            token.attrs = [['title', path]];
            // Only links get their address rewritten and checked.
            token.type = 'span_open';
          } else token.attrSet('href', `${REPOSITORY}/${path}`);
        } else if (token.type === 'link_close' && openTags.pop() === 'span') {
          token.tag = 'span';
          token.type = 'span_close';
        }
      }
    }
  });
}

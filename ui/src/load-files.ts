/** Style sheets of late parts that have loaded or are loading. */
const styles = new Map<string, Promise<unknown>>();

function loadStyle(href: string): Promise<unknown> {
  const known = styles.get(href);
  if (known) return known;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.crossOrigin = '';
  link.href = href;
  const loading = new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => {
      // A new link, because a failed one does not load again.
      styles.delete(href);
      link.remove();
      reject(new Error(`The style sheet ${href} could not be loaded.`));
    });
  });
  styles.set(href, loading);
  document.head.append(link);
  return loading;
}

/** Lets the script of a late part load beside its style, instead of after it. */
function preloadScript(href: string): void {
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.crossOrigin = '';
  link.href = href;
  document.head.append(link);
}

/** Linked by the page itself; browsers start no script before these are loaded. */
const isInPage = (href: string): boolean =>
  !styles.has(href) && document.querySelector(`link[rel="stylesheet"][href="${href}"]`) !== null;

/**
 * Loads a part of the page and its files, named by their paths without the first slash. The part runs when its style is
 * there. The build calls this for each `import()` in place of Vite's loader, under the same name.
 */
export async function __vitePreload<T>(load: () => Promise<T>, files: readonly string[] = []): Promise<T> {
  const paths = files.map((file) => `/${file}`);
  for (const path of paths) if (path.endsWith('.js')) preloadScript(path);
  await Promise.all(paths.filter((path) => path.endsWith('.css') && !isInPage(path)).map(loadStyle));
  return load();
}

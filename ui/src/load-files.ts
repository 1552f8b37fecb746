/** Loaded and pending style sheets for lazily loaded parts. */
const styles = new Map<string, Promise<unknown>>();

function loadStyle(href: string): Promise<unknown> {
  const existing = styles.get(href);
  if (existing) return existing;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.crossOrigin = '';
  link.href = href;
  const loading = new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => {
      // A retry needs a new link because a failed link doesn't reload.
      styles.delete(href);
      link.remove();
      reject(new Error(`Could not load the style sheet ${href}.`));
    });
  });
  styles.set(href, loading);
  document.head.append(link);
  return loading;
}

/** Preloads a part's script in parallel with the styles. */
function preloadScript(href: string): void {
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.crossOrigin = '';
  link.href = href;
  document.head.append(link);
}

/** Returns whether the page itself links the style sheet. In that case, browsers load it before they run scripts. */
const isInPage = (href: string): boolean =>
  !styles.has(href) && document.querySelector(`link[rel="stylesheet"][href="${href}"]`) !== null;

/**
 * Loads a part of the page on demand. `files` are the scripts and style sheets that it needs, as paths without the
 * leading slash. The part doesn't run before the styles have loaded. In the build, each `import()` calls this instead
 * of Vite's loader of the same name.
 */
export async function __vitePreload<T>(load: () => Promise<T>, files: readonly string[] = []): Promise<T> {
  const paths = files.map((file) => `/${file}`);
  for (const path of paths) if (path.endsWith('.js')) preloadScript(path);
  await Promise.all(paths.filter((path) => path.endsWith('.css') && !isInPage(path)).map(loadStyle));
  return load();
}

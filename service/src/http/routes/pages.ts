import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router, type RequestHandler } from 'express';
import expressStaticGzip from 'express-static-gzip';

/** The script with the custom elements, uncompressed or compressed. */
const ELEMENTS = /[\\/]elements\.js(?:\.(?:br|gz))?$/;

export interface PageRoutesOptions {
  /** True if the page asks `/app/negotiate` which server to connect to. */
  negotiate?: boolean;
  /** Origins of the images that the page shows as icons. */
  iconOrigins?: readonly string[];
}

/** Serves the built pages `/`, `/ops` and 404. Asset names contain a hash, so assets can be cached, unlike pages. */
export function pageRoutes(uiDist: string, options: PageRoutesOptions = {}): Router {
  const router = Router();
  const tags = tagsFor(options);
  if (tags !== '') router.get(['/', '/index.html'], withTags(uiDist, tags));
  router.use(builtFiles(uiDist));
  router.use(notFoundPage(uiDist));
  return router;
}

/** Serves the built files, compressed with brotli or gzip if there is a compressed copy and the browser accepts it. */
function builtFiles(uiDist: string): RequestHandler {
  const files = expressStaticGzip(uiDist, {
    enableBrotli: true,
    orderPreference: ['br', 'gzip'],
    index: 'index.html',
    serveStatic: {
      extensions: ['html'],
      setHeaders: (response, path) => {
        const hashed = /[\\/]assets[\\/]/.test(path);
        response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
        // Pages on other origins load the custom elements and the assets that these import.
        if (hashed || ELEMENTS.test(path)) response.setHeader('Access-Control-Allow-Origin', '*');
      },
    },
  }) as RequestHandler;
  return (request, response, next) => {
    if (isDecodable(request.path)) return files(request, response, next);
    next(Object.assign(new URIError('The path contains invalid percent-encoding.'), { status: 400 }));
  };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Shows browsers an error page for unknown URLs. Other clients, and all requests under `/app`, get a problem. */
function notFoundPage(uiDist: string): RequestHandler {
  const file = join(uiDist, '404.html');
  return (request, response, next) => {
    response.vary('Accept');
    const isPage = ['GET', 'HEAD'].includes(request.method) && !/^\/app(?:\/|$)/.test(request.path);
    if (!isPage || request.accepts(['json', 'html']) !== 'html' || !existsSync(file)) return next();
    response.status(404).set('Cache-Control', 'no-cache').type('html').send(readFileSync(file));
  };
}

/** The meta tags that contain the page's settings. */
function tagsFor({ negotiate = false, iconOrigins = [] }: PageRoutesOptions): string {
  const tag = (name: string, content: string) => `<meta name="tocsin-${name}" content="${content}" />`;
  return [
    negotiate ? tag('negotiate', 'true') : '',
    iconOrigins.length > 0 ? tag('icon-origins', iconOrigins.join(' ')) : '',
  ].join('');
}

function withTags(uiDist: string, tags: string): RequestHandler {
  const file = join(uiDist, 'index.html');
  return (_request, response, next) => {
    if (!existsSync(file)) return next();
    const page = readFileSync(file, 'utf8').replace('<head>', `<head>${tags}`);
    response.set('Cache-Control', 'no-cache').type('html').send(page);
  };
}

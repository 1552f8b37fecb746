import express, { Router } from 'express';

/** The built pages, `/` and `/ops`: their assets carry a hash in their names and may be kept, the pages themselves may not. */
export function pageRoutes(uiDist: string): Router {
  const router = Router();
  router.use(
    express.static(uiDist, {
      index: 'index.html',
      extensions: ['html'],
      setHeaders: (response, path) => {
        const hashed = /[\\/]assets[\\/]/.test(path);
        response.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  return router;
}

import express, { Router } from 'express';

/** The built page: its assets carry a hash in their names and may be kept, the page itself may not. */
export function pageRoutes(uiDist: string): Router {
  const router = Router();
  router.use(
    express.static(uiDist, {
      index: 'index.html',
      setHeaders: (response, path) => {
        const hashed = /[\\/]assets[\\/]/.test(path);
        response.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  return router;
}

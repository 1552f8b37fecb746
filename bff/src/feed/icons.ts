import { isImageIcon, originOfIcon, type Publication } from '@tocsin/contracts';

export type IconFilter = <One extends Publication>(publications: readonly One[]) => One[];

/** Creates a filter that removes icon images from disallowed origins and keeps icon names. */
export function createIconFilter(allowedOrigins: readonly string[]): IconFilter {
  const isShown = (icon: string) => !isImageIcon(icon) || allowedOrigins.includes(originOfIcon(icon) ?? '');
  return (publications) =>
    publications.map((publication) => {
      const icon = publication.notification?.icon;
      if (icon === undefined || isShown(icon)) return publication;
      const { icon: _removed, ...notification } = publication.notification as { icon: string };
      return { ...publication, notification };
    });
}

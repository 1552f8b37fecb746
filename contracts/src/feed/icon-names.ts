/** Icons that every page can draw without loading an image. For other names, pages show the severity's icon. */
export const ICON_NAMES = [
  ...[
    'alarm',
    'bell',
    'book',
    'bug',
    'build',
    'calendar',
    'chart',
    'chat',
    'check',
    'clock',
    'cloud',
    'code',
  ],
  ...['database', 'deploy', 'document', 'download', 'flag', 'gift', 'globe', 'heart', 'home', 'info', 'key'],
  ...['link', 'lock', 'mail', 'money', 'package', 'people', 'person', 'phone', 'rocket', 'server', 'shield'],
  ...['star', 'tag', 'ticket', 'truck', 'upload', 'warning'],
] as const;
export type IconName = (typeof ICON_NAMES)[number];

/** Whether the icon is an image URL. */
export const isImageIcon = (icon: string): boolean => icon.startsWith('https://');

/** Returns the origin of an image URL in the format of `ICON_ORIGINS`, or `undefined` for an icon name. */
export const originOfIcon = (icon: string): string | undefined =>
  isImageIcon(icon) && URL.canParse(icon) ? new URL(icon).origin : undefined;

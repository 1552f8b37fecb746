import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@tocsin/tools';

/** A command from a guide, and the text that the output must contain. */
export interface Command {
  text: string;
  expected: string[];
}

const BLOCK = /(<!-- by hand -->\s*)?```sh\n([\s\S]*?)```/g;

/** Returns the commands in a page's shell blocks. Omits blocks marked to be run by hand unless `byHand` is true. */
export function commandsOf(page: string, { byHand: includesByHand = false } = {}): Command[] {
  const commands: Command[] = [];
  for (const [, byHand, block = ''] of page.matchAll(BLOCK)) {
    if (byHand && !includesByHand) continue;
    let text = '';
    for (const line of block.trimEnd().split('\n')) {
      const last = commands.at(-1);
      if (line.startsWith('# ') && text === '' && last) last.expected.push(line.slice(2));
      else {
        text += `${line}\n`;
        // A command with an open quote or a backslash at the end continues on the next line.
        if ((text.split("'").length - 1) % 2 === 0 && !line.endsWith('\\')) {
          commands.push({ text, expected: [] });
          text = '';
        }
      }
    }
  }
  return commands;
}

export const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

export const pages = (): string[] => [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(?:guides\/)?[\w-]+\.md$/.test(file))
    .map((file) => `docs/${file}`),
];

/** Guides whose commands must all print what the guide shows when they run on a new system. */
export const GUIDES = ['first-minute', 'publish-from-any-service', 'one-to-many', 'look-inside'];

/** Pages from which tests run the commands that need only a running system. Each has at least `minCommands` of them. */
export const PAGES = [
  { page: 'README.md', minCommands: 8 },
  { page: 'docs/protocol.md', minCommands: 1 },
  { page: 'docs/guides/keep-an-inbox.md', minCommands: 3 },
  { page: 'docs/guides/compose.md', minCommands: 1 },
  { page: 'docs/operations.md', minCommands: 15 },
];
/** True if the command needs nothing but a running system. */
export const runsOnSystem = ({ text }: Command): boolean =>
  /^(?:curl .*localhost:|redis-cli |npm run --silent audit(?!.*--follow))/.test(text);

/** True for the commands in docs/guides/secure-it.md that need keys or tokens. */
export const needsSecrets = ({ text }: Command): boolean =>
  /^(?:KEY|ADA|BEN)=|^npm run api-key -- --list|^curl -i/.test(text);

/** True if a test in this folder runs the command. */
export function isRun(page: string, command: Command): boolean {
  const fullyRunGuides = [...GUIDES, 'reach-people-who-are-away', 'write-your-own-channel'];
  if (fullyRunGuides.some((guide) => page === `docs/guides/${guide}.md`))
    return commandsOf(readPage(page)).some(({ text }) => text === command.text);
  if (page === 'docs/guides/secure-it.md') return needsSecrets(command);
  return PAGES.some((candidate) => candidate.page === page) && runsOnSystem(command);
}

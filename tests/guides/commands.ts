/** A command from a guide, and the text that its output must contain. */
export interface Command {
  text: string;
  expected: string[];
}

const BLOCK = /(<!-- by hand -->\s*)?```sh\n([\s\S]*?)```/g;

/** The commands in the shell blocks of a page, except those marked to be run by hand. */
export function commandsOf(page: string): Command[] {
  const commands: Command[] = [];
  for (const [, byHand, block = ''] of page.matchAll(BLOCK)) {
    if (byHand) continue;
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

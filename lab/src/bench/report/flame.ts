import { colors, svgText } from './svg.ts';

/**
 * The format of V8's `--cpu-prof`:
 * https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile
 */
export interface CpuProfile {
  nodes: readonly {
    id: number;
    callFrame: { functionName: string; url: string };
    children?: readonly number[];
  }[];
  samples: readonly number[];
  /** Time since the previous sample (µs). */
  timeDeltas: readonly number[];
}

export interface FlameOptions {
  title: string;
  /** Time (ms) to skip at the start, while the process loads and V8 hasn't compiled the code yet. */
  skipMs: number;
}

interface Frame {
  name: string;
  url: string;
  /** Time spent in the function, including callees (µs). */
  all: number;
  children: Map<string, Frame>;
}

const WIDTH = 1_200;
const ROW_HEIGHT = 15;
const TOP = 40;
/** Minimum frame width (px). Narrower frames are omitted. */
const MIN_WIDTH = 1.2;
const MAX_DEPTH = 45;
const CHARACTER_WIDTH = 6;
const IGNORED_FRAMES = new Set(['(idle)', '(root)']);

/** Draws an SVG flame graph. A frame's width is the time spent in the function, including callees. */
export function drawFlame(profile: CpuProfile, { title, skipMs }: FlameOptions): string {
  const root = treeOf(profile, skipMs * 1_000);
  const parts: string[] = [];
  let depth = 0;
  const draw = (frame: Frame, x: number, level: number) => {
    let left = x;
    for (const child of [...frame.children.values()].sort((a, b) => b.all - a.all)) {
      const width = (child.all / root.all) * WIDTH;
      if (width < MIN_WIDTH || level >= MAX_DEPTH) break;
      depth = Math.max(depth, level + 1);
      const y = TOP + level * ROW_HEIGHT;
      const percent = ((child.all / root.all) * 100).toFixed(1);
      const label = child.name.slice(0, Math.max(0, Math.floor((width - 4) / CHARACTER_WIDTH)));
      parts.push(
        `<g><title>${svgText(`${child.name} ${child.url}: ${percent}%`)}</title><rect x="${left.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW_HEIGHT - 1}" fill="${colorOf(child)}"/>` +
          (label.length > 2
            ? `<text x="${(left + 2).toFixed(1)}" y="${y + ROW_HEIGHT - 4}">${svgText(label)}</text>`
            : '') +
          '</g>',
      );
      draw(child, left, level + 1);
      left += width;
    }
  };
  draw(root, 0, 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${TOP + depth * ROW_HEIGHT + 8}" font-family="ui-monospace, monospace" font-size="10" fill="${colors.ink}">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="4" y="16" font-size="13" font-weight="600">${svgText(title)}</text>`,
    `<text x="4" y="31">${svgText(`${(root.all / 1e6).toFixed(1)} s of work; blue: this repository, gray: packages, sand: Node and V8`)}</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function treeOf({ nodes, samples, timeDeltas }: CpuProfile, skip: number): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const root = newFrame('', '');
  let clock = 0;
  for (const [index, id] of samples.entries()) {
    const took = timeDeltas[index] ?? 0;
    clock += took;
    if (clock < skip || IGNORED_FRAMES.has(byId.get(id)?.callFrame.functionName ?? '')) continue;
    const path: number[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) path.push(at);
    let frame = root;
    frame.all += took;
    // Omit V8's root frame, which calls all other frames.
    for (const step of path.reverse().slice(1)) {
      const { functionName, url } = byId.get(step)?.callFrame ?? { functionName: '', url: '' };
      const name = functionName || '(anonymous)';
      const child = frame.children.get(`${name} ${url}`) ?? newFrame(name, url);
      frame.children.set(`${name} ${url}`, child);
      child.all += took;
      frame = child;
    }
  }
  return root;
}

const newFrame = (name: string, url: string): Frame => ({
  ...{ name, url: shortUrl(url), all: 0, children: new Map<string, Frame>() },
});

/** Removes this machine's folders from the path. */
const shortUrl = (url: string): string =>
  url
    .replace(/^.*\/node_modules\//, '')
    .replace(/^file:\/\/.*\/((?:producer|bff|service|contracts)\/)/, '$1');

function colorOf({ url }: Frame): string {
  if (url === '' || url.startsWith('node:') || url.startsWith('wasm:')) return colors.system;
  return /^(?:producer|bff|service|contracts)\/src\//.test(url) ? colors.oursLight : colors.othersLight;
}

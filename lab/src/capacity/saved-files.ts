import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '@tocsin/tools/failure';
import { ROOT } from '@tocsin/tools/paths';
import { formatText } from '@tocsin/tools/print/format-text';
import type { CheckResult } from './check/compare.ts';
import { CONSTANTS_FILE } from './constants-file.ts';
import { constantsSchema } from './constants-schema.ts';
import type { Constants } from './model/constants.ts';
import { examplePlan, withFigures } from './page.ts';
import { drawPicture } from './picture.ts';

const CHECK_FILE = 'bench/capacity/check.json';
const PAGE = 'docs/scaling.md';
const PICTURE = 'docs/images/million.svg';
const DIGITS = 3;

async function write(file: string, content: string): Promise<void> {
  const path = join(ROOT, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await formatText(file, content));
}

const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;

/** Reads the constants. @throws Failure if they have not been measured or a required constant is missing */
export function readConstants(): Constants {
  const path = join(ROOT, CONSTANTS_FILE);
  if (!existsSync(path))
    throw new Failure(`There is no ${CONSTANTS_FILE}. Measure first: npm run capacity -- --measure`);
  const { data, error } = constantsSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (error) {
    const missing = error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new Failure(
      `${CONSTANTS_FILE} is missing figures: ${missing}. Measure again: npm run capacity -- --measure`,
    );
  }
  return data;
}

function readCheck(): CheckResult | undefined {
  const path = join(ROOT, CHECK_FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as CheckResult) : undefined;
}

export const pictureOf = (constants: Constants): string =>
  drawPicture(
    examplePlan(constants),
    'A million connections and 100,000 feeds, 5,000 notifications a second, 40 bffs, entries every 50 ms',
  );

export const storedPages = () => ({
  page: readFileSync(join(ROOT, PAGE), 'utf8'),
  picture: readFileSync(join(ROOT, PICTURE), 'utf8'),
  check: readCheck(),
});

async function makePage(): Promise<void> {
  const page = readFileSync(join(ROOT, PAGE), 'utf8');
  const constants = readConstants();
  await write(PAGE, withFigures(page, constants, readCheck()));
  writeFileSync(join(ROOT, PICTURE), pictureOf(constants));
}

/** Stores the constants, rounded to three significant digits, and generates the page. Returns the written files. */
export async function saveConstants(constants: Constants): Promise<string[]> {
  await write(CONSTANTS_FILE, JSON.stringify(constantsSchema.parse(constants), rounded));
  await makePage();
  return [CONSTANTS_FILE, PAGE, PICTURE];
}

/** Stores a check's result and generates the page. Returns the written files. */
export async function saveCheck(result: CheckResult): Promise<string[]> {
  await write(CHECK_FILE, JSON.stringify(result, rounded));
  await makePage();
  return [CHECK_FILE, PAGE, PICTURE];
}

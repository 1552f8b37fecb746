import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** Prints a line for each failed hook of a `describe` block, since vitest's JSON results leave these errors out. */
// eslint-disable-next-line no-restricted-syntax -- vitest loads a reporter by its default export
export default class HookFailures implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const file = relative(process.cwd(), module.moduleId);
    for (const suite of module.children.allSuites())
      for (const { message } of suite.errors())
        process.stdout.write(
          `Failed: ${file}: a hook of “${suite.fullName}”: ${message.split('\n', 1)[0]}\n`,
        );
  }
}

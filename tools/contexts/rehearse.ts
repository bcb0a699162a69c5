// Generates contexts in a copy of this repository, checks, tests and runs them, and takes them out again: nothing may be left. Then takes out those
// that are here, one after the other: what is left has to be green each time. Run by .ci/contexts.
import { cloneWorkingTree, type Clone } from './rehearsal/clone.js';
import { contexts } from './registry.js';

/** What looks at contexts, whichever there are. The event store and the kernel know of none. */
const ABOUT_CONTEXTS = [
  'libs/clients',
  'libs/contracts',
  'libs/platform/src/config',
  'test/start',
  'test/compose',
  'test/configuration',
  'test/corpus',
  'test/workspace',
  'tools/contexts',
  'tools/docs',
  'tools/es',
  'tools/events',
  'tools/init',
];

const start = performance.now();

function step(title: string, work: () => void): void {
  const begin = performance.now();
  console.log(`\n== ${title}`);
  work();
  const seconds = (from: number) => ((performance.now() - from) / 1000).toFixed(1);
  console.log(`-- ${seconds(begin)} s, ${seconds(start)} s in all`);
}

function expectSame(what: string, expected: string, actual: string): void {
  if (actual !== expected) throw new Error(`${what}: expected ${expected || 'nothing'}, got\n${actual}`);
}

function expectPart(text: string, part: string): void {
  if (!text.includes(part)) throw new Error(`Expected '${part}' in\n${text}`);
}

function rehearse({ run, output, commit, startAgain, state }: Clone): void {
  const tool = (file: string, ...args: readonly string[]) => run('node', '--import', 'tsx', `tools/${file}`, ...args);
  // Without the order context there is no such message: then shipping hears one of its own, like returns-desk.
  const hears = contexts().some(({ name }) => name === 'order') ? ['--hears', 'OrderConfirmedV1'] : [];

  const atFirst = state();
  step('new:context shipping', () => tool('new-context.ts', 'shipping', '--aggregate', 'shipment', ...hears));
  const withShipping = state();
  step('new:context returns-desk', () => tool('new-context.ts', 'returns-desk', '--aggregate', 'return_case'));
  step('nest g: a schematic of Nest, and ours', () => {
    const nest = (...args: readonly string[]) =>
      output(
        'node',
        'node_modules/@nestjs/cli/bin/nest.js',
        'generate',
        ...args,
        '--project',
        'shipping-service',
        '--dry-run',
      );
    expectPart(nest('service', 'labels'), 'apps/shipping-service/src/labels/labels.service.ts');
    expectPart(
      nest('--collection', './tools/schematics', 'context', 'stock-room'),
      'apps/stock-room-service/src/main.ts',
    );
  });
  step('npm run check', () => tool('check.ts'));
  const specs = [
    'apps/shipping-service',
    'apps/returns-desk-service',
    'libs/contracts',
    'test/compose',
    'test/corpus',
    'tools/es/contexts',
  ];
  step('their tests', () => run('node', 'node_modules/vitest/vitest.mjs', 'run', ...specs));
  step('the whole system', () => tool('contexts/rehearsal/whole-system.ts'));
  step('remove:context, and nothing is left', () => {
    commit();
    tool('remove-context.ts', 'returns-desk', '--yes');
    expectSame('The tree after returns-desk is gone', withShipping, state());
    commit();
    tool('remove-context.ts', 'shipping', '--yes');
    expectSame('The tree after both are gone', atFirst, state());
  });

  // Whoever starts on Monday has no use for our contexts.
  const vitest = (...what: readonly string[]) => run('node', 'node_modules/vitest/vitest.mjs', 'run', ...what);
  const ours = contexts().map(({ name }) => name);
  for (const [index, name] of ours.entries()) {
    const left = ours.slice(index + 1).map((other) => `apps/${other}-service`);
    step(`without ${name}${left.length > 0 ? '' : ': a skeleton'}`, () => {
      commit();
      tool('remove-context.ts', name, '--yes');
      // Whatever comes away is looked at whole, at the end.
      if (left.length > 0) tool('check.ts', 'lint', 'types', 'dependencies', 'docs');
      else tool('check.ts');
      if (left.length > 0) vitest(...left);
      else vitest(...ABOUT_CONTEXTS);
    });
  }
  if (ours.join() !== 'order,payment') return;
  const skeleton = state();
  step('npm run init, which takes out both at once', () => {
    startAgain();
    tool('init.ts', '--drop-examples', '--yes');
    expectSame('The tree without the examples', skeleton, state());
  });
}

const clone = cloneWorkingTree();
try {
  rehearse(clone);
  console.log('\nAll is well, and nothing is left.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  clone.remove();
}

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineToType, parseFlags, type Flags } from './arguments.js';
import { carryOut } from './carry-out.js';
import { identityEdits } from './edits.js';
import { at, starterTree, type Tree } from './init.fixture.js';
import { optionsThatNpmTook } from './npm-options.js';
import { examplesIn, planInit, type Plan } from './plan.js';
import { readProject } from './project.js';
import { answersOf, askFor } from './questions.js';

let tree: Tree;
beforeEach(() => {
  tree = starterTree();
});
afterEach(() => tree.remove());

const text = (file: string): string => readFileSync(join(tree.root, file), 'utf8');

function plan(...args: readonly string[]): Plan {
  const project = readProject(tree.root);
  return planInit(project, answersOf(parseFlags(args), project));
}

async function init(...args: readonly string[]): Promise<Plan> {
  const planned = plan(...args);
  await carryOut(tree.root, planned);
  return planned;
}

describe('a new name', () => {
  it('is that of the package, of its lock file and of the README, and of nothing else', async () => {
    await init('--name', 'acme-shop', '--description', 'Ours: "$&".');
    expect(JSON.parse(text('package.json'))).toMatchObject({ name: 'acme-shop', description: 'Ours: "$&".' });
    expect(text('package-lock.json').match(/"name": "[^"]*"/g)).toEqual([
      '"name": "acme-shop"',
      '"name": "acme-shop"',
      '"name": "old-name"',
    ]);
    expect(text('README.md')).toMatch(/^# Acme shop\n\n# Another heading/);
  });

  it('drops the development keys, and says so', async () => {
    const { lines } = await init('--name', 'acme-shop');
    expect(lines.join()).toContain('data/dev-issuer: dropped');
    expect(existsSync(join(tree.root, 'data/dev-issuer'))).toBe(false);
  });

  it('leaves the keys alone when it is the old one, unless they are to be fresh', async () => {
    expect(plan('--name', 'old-name').lines).toEqual([]);
    expect(plan('--fresh-keys').lines).toHaveLength(1);
    await init('--fresh-keys');
    expect(plan('--fresh-keys').lines).toEqual([]);
  });
});

describe('a new scope', () => {
  it('is everywhere where the old one was a word, in prose too', async () => {
    await init('--scope', 'acme');
    expect(text('tsconfig.json')).toContain(`"${at('acme')}/event-store"`);
    expect(text('README.md')).toContain(`'${at('acme')}/kernel', write to me${at('old')}.example.`);
    expect(text('libs/kernel/src/index.ts')).toContain(
      `Not ${at('older')}, not ${at('old-fashioned')}, but ${at('acme')}.`,
    );
  });

  it('keeps formatted files formatted, and the ways of the others', async () => {
    await init('--scope', 'a-longer-one');
    expect(text('apps/order-service/src/order.ts')).toBe(
      `import {\n  a,\n  bbbbbbbbbbbbbbbbbbbbb,\n  ccccccccccccccccccccc,\n} from '${at('a-longer-one')}/kernel';\n`,
    );
    expect(text('libs/kernel/src/index.ts')).toContain('export const a =    1;');
  });

  it('is refused when sources or packages use it for something else', () => {
    expect(() => plan('--scope', 'throws')).toThrow(`libs/kernel/src/index.ts says ${at('throws')} already`);
    expect(() => plan('--scope', 'vendor')).toThrow(`an installed package says ${at('vendor')} already`);
  });

  it('reaches what git knows or would take, and nothing that it ignores', async () => {
    const [before, after] = [at('old'), at('acme')].map((scope) => `import '${scope}/kernel';\n`);
    tree.write('data/note.ts', before!);
    tree.write('new.ts', before!);
    tree.git('init', '--quiet');
    await init('--scope', 'acme');
    expect([text('data/note.ts'), text('new.ts')]).toEqual([before, after]);
  });
});

describe('a second run', () => {
  it('with the same answers has nothing to change, and one with the old ones leads back', async () => {
    tree.commit();
    const answers = ['--name', 'acme-shop', '--scope', 'acme', '--description', 'Ours.'];
    await init(...answers);
    expect(plan(...answers).lines).toEqual([]);
    await init('--name', 'old-name', '--scope', 'old', '--description', 'What it was.');
    expect(tree.git('diff', '--', ':!README.md')).toBe('');
  });
});

describe('a run that breaks off', () => {
  it('can be repeated: what tells the names changes last', () => {
    tree.write('vitest.config.ts', `import '${at('old')}/kernel';\n`);
    const wanted = { name: 'acme-shop', description: 'Ours.', scope: 'acme' };
    expect([...identityEdits(readProject(tree.root), wanted).keys()].slice(-2)).toEqual([
      'tsconfig.json',
      'package.json',
    ]);
  });

  it('says the way back', async () => {
    const planned = plan('--name', 'acme-shop');
    rmSync(join(tree.root, 'data'), { recursive: true });
    await expect(carryOut(tree.root, planned)).rejects.toThrow(/broke off half-way\. .*git reset --hard leads back/);
  });
});

describe('the example contexts', () => {
  it('are dropped only where asked, and only those that are there', () => {
    expect(examplesIn(tree.root)).toEqual(['order', 'payment']);
    expect(plan('--drop-examples').drops).toEqual(['order', 'payment']);
    expect([plan('--keep-examples').drops, plan().drops]).toEqual([[], []]);
  });

  it('are dropped at once, new names with them, and a second run has nothing to change', async () => {
    tree.commit();
    await init('--drop-examples', '--name', 'acme-shop', '--scope', 'acme');
    expect(['apps', 'test'].map((folder) => existsSync(join(tree.root, folder)))).toEqual([false, false]);
    expect(text('tools/contexts/belongings.json')).toBe('[]\n');
    expect(text('tsconfig.json')).toContain(at('acme'));
    expect(plan('--drop-examples').lines).toEqual([]);
  });

  it('are not dropped once they have gone: a context called order is your own by then', async () => {
    tree.commit();
    await init('--drop-examples');
    tree.write('apps/order-service/context.json', '{ "port": 3001 }\n');
    expect(plan('--drop-examples').drops).toEqual([]);
  });

  it.each(['apps/order-service/src/mine.ts', 'apps/payment-service/src/mine.ts', 'tsconfig.json'])(
    'are both left where git could not give %s back',
    async (file) => {
      tree.commit();
      tree.write(file, `${file.endsWith('.json') ? text(file) : ''}// Mine.\n`);
      await expect(init('--drop-examples', '--scope', 'acme')).rejects.toThrow(`could not give back:\n  ${file}\n`);
      expect(tree.git('status', '--porcelain', '--untracked-files=all')).toMatch(new RegExp(`^\\S+ ${file}$`));
    },
  );

  it('are left without git, with the way out', async () => {
    await expect(init('--drop-examples')).rejects.toThrow(/Run git init and commit\.$/);
    expect(examplesIn(tree.root)).toEqual(['order', 'payment']);
  });

  it('are not both dropped and kept', () => {
    expect(() => parseFlags(['--drop-examples', '--keep-examples'])).toThrow('expected one of the two');
  });
});

describe('a fresh history', () => {
  it('is one commit with all files as they are, on the same branch', async () => {
    tree.commit();
    tree.git('branch', 'other');
    const { lines } = await init('--fresh-history', '--scope', 'acme');
    expect(lines.at(-1)).toBe(
      'git branch trunk: its 2 commits are replaced by a new one; other branches, tags and remotes stay',
    );
    expect(tree.git('log', '--format=%s')).toBe('Start of old-name');
    expect(tree.git('status', '--porcelain')).toBe('');
    expect(tree.git('symbolic-ref', '--short', 'HEAD')).toBe('trunk');
    expect(tree.git('show', 'HEAD:tsconfig.json')).toContain(`${at('acme')}/`);
    expect(tree.git('rev-list', '--count', 'other')).toBe('2');
    expect(plan('--fresh-history', '--scope', 'acme').lines).toEqual([]);
  }, 60_000); // git, a dozen times

  it('is refused while something is not committed', () => {
    tree.commit();
    tree.write('new.ts', '');
    expect(() => plan('--fresh-history')).toThrow('some changes are not committed');
  });

  it('is refused while no branch is checked out', () => {
    tree.commit();
    tree.git('checkout', '--quiet', '--detach');
    expect(() => plan('--fresh-history')).toThrow('no branch is checked out');
  });

  it('is refused while git does not know who commits, before anything has changed', () => {
    tree.commit();
    tree.git('config', 'user.useConfigOnly', 'true');
    tree.git('config', '--unset', 'user.email');
    const home = { HOME: process.env.HOME, XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME };
    process.env.HOME = process.env.XDG_CONFIG_HOME = tree.root;
    try {
      expect(() => plan('--fresh-history')).toThrow('git does not know who you are');
    } finally {
      for (const [name, value] of Object.entries(home)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});

describe('the questions', () => {
  const asking = async (flags: Partial<Flags>, typed: readonly string[]) => {
    const asked: string[] = [];
    const left = [...typed];
    const ask = (question: string): Promise<string> => {
      asked.push(question);
      return Promise.resolve(left.shift() ?? '');
    };
    const answers = await askFor({ ...parseFlags([]), ...flags }, readProject(tree.root), ['order'], ask);
    return { asked, answers };
  };

  it('keep everything as it is when every line is empty', async () => {
    const { asked, answers } = await asking({}, []);
    expect(asked).toHaveLength(5);
    expect(planInit(readProject(tree.root), answers).lines).toEqual([]);
  });

  it('ask for nothing that the command line has said', async () => {
    const { asked, answers } = await asking(
      { name: 'acme-shop', scope: 'acme', examples: 'keep', freshHistory: true },
      [],
    );
    expect(asked).toEqual(['Description [What it was.]: ']);
    expect(answers).toMatchObject({ name: 'acme-shop', dropExamples: false, freshHistory: true });
  });

  it('ask again after an answer that is refused, with the reason', async () => {
    const { asked, answers } = await asking({}, ['Acme Shop', '', 'acme-shop', 'Ours.', 'acme', 'maybe', 'n', 'y']);
    expect(asked[1]).toContain('npm wants lower case');
    expect(answers).toEqual({
      name: 'acme-shop',
      description: 'Ours.',
      scope: 'acme',
      dropExamples: true,
      freshKeys: false,
      freshHistory: true,
    });
  });
});

describe('the command line', () => {
  it('refuses what it does not know', () => {
    expect(() => parseFlags(['--nmae', 'x'])).toThrow("Unknown option '--nmae'");
    expect(() => parseFlags(['acme-shop'])).toThrow('Unexpected argument');
  });

  it('takes what npm has kept for itself, because the -- before it was forgotten', () => {
    expect(parseFlags([], { npm_config_dry_run: 'true' }).dryRun).toBe(true);
    expect(parseFlags([], { npm_config_yes: 'true' })).toMatchObject({ yes: true, dryRun: false });
  });

  it('knows a scope that npm has taken from it, and one that stands in an .npmrc', () => {
    const inFiles = (): string => `${at('acme')}\n`;
    expect(optionsThatNpmTook({}, inFiles)).toEqual(['name']);
    expect(optionsThatNpmTook({ npm_config_scope: 'acme' }, inFiles)).toEqual(['name']);
    expect(optionsThatNpmTook({ npm_config_scope: 'typed' }, inFiles)).toEqual(['name', 'scope']);
  });

  it('says which line to type where nobody can be asked', () => {
    expect(lineToType(['--name', 'acme-shop', '--description', "it's ours"])).toBe(
      `npm run init -- --name acme-shop --description 'it'\\''s ours' --yes`,
    );
  });
});

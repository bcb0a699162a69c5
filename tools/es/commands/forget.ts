// `es forget`: destroys the key of a person in every context that has one. There is no way back, so it wants a reason, and a subject that is known.
import { userInfo } from 'node:os';
import { Argument, Command } from 'commander';
import { forgetSubject, type OperatedContext } from '../../../libs/event-store/src/operations/index.js';
import { KEY_TTL_MS, type Forgotten } from '../../../libs/event-store/src/privacy/index.js';
import { sentence } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { safe } from '../terminal.js';
import { timeText } from '../text.js';

interface ForgetOptions {
  readonly reason: string;
  readonly actor?: string;
  readonly dryRun?: true;
  readonly unknownToo?: true;
}

export function forgetCommand(io: Io): Command {
  const command = new Command('forget')
    .description(
      'Forgets a person: their key is destroyed, what was encrypted for them reads as erased for ever, and every context is told.',
    )
    .addArgument(new Argument('<subject>', 'the person, as events name them').argParser(sentence))
    .requiredOption('--reason <text>', 'why, for the record, which is kept: a case number rather than a name', sentence)
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--unknown-too', 'also somebody of whom nothing is stored: then nothing ever will be')
    .option('--actor <name>', 'who does it (default: the user of the operating system)', sentence)
    .action(async (subject: string, _options, self: Command) =>
      run(io, subject, self.optsWithGlobals<ForgetOptions & CommonOptions>()),
    );
  return examples(command, `forget alice --reason 'case 4711' --dry-run`, `forget alice --reason 'case 4711'`);
}

async function run(io: Io, subject: string, options: ForgetOptions & CommonOptions): Promise<void> {
  const { reason, dryRun = false, unknownToo = false } = options;
  const order = { subject, reason, actor: options.actor ?? `os-user:${userInfo().username}` };
  await withContexts(
    io,
    options,
    async (contexts) => {
      if (contexts.length > 1 && io.environment['PERSONAL_DATA_KEYS_URL'])
        throw new EsError(
          'PERSONAL_DATA_KEYS_URL is the place of the keys of one service. Add --context, once for each.',
          2,
        );
      const planned = await forgetAll(contexts, { ...order, dryRun: true });
      if (!unknownToo && planned.every(({ hadKey, outcome }) => !hadKey && outcome === 'forgotten')) {
        throw new EsError(
          `${contexts.map(({ name }) => name).join(' and ')} have no key of ${safe(subject)}, so nothing personal of them is stored encrypted. ` +
            'Expected the subject as events name it; where keys have a database of their own, PERSONAL_DATA_KEYS_URL names it. ' +
            '--unknown-too forgets them all the same.',
        );
      }
      for (const { name, versions } of contexts) {
        for (const one of await versions.list()) {
          if (one.state !== 'serving')
            io.note(
              `${safe(name)}: ${safe(one.name)}@v${one.version} is ${one.state}; its rows are told when a build runs it again. Drop its tables if none will.`,
            );
        }
      }
      const seconds = (2 * KEY_TTL_MS) / 1_000;
      if (!dryRun && planned.some(({ outcome }) => outcome === 'forgotten'))
        io.note(`The key is destroyed, then ${seconds} s pass, until no process can have it any more.`);
      const done = dryRun ? planned : await forgetAll(contexts, order);
      if (options.json) return outJson(io, { subject, dryRun, contexts: done });
      for (const one of done) io.out(sentenceOf(subject, one, dryRun));
    },
    'service',
  );
}

type Done = Forgotten & { readonly context: string };

function forgetAll(
  contexts: readonly OperatedContext[],
  order: Parameters<typeof forgetSubject>[1],
): Promise<readonly Done[]> {
  return Promise.all(
    contexts.map(async (context): Promise<Done> => ({
      context: context.name,
      ...(await forgetSubject(context, order)),
    })),
  );
}

function sentenceOf(
  subject: string,
  { context, outcome, hadKey, snapshots, destroyedAt }: Done,
  dryRun: boolean,
): string {
  const who = `${safe(context)}: ${safe(subject)}`;
  if (outcome === 'forgotten-before') return `${who} was forgotten ${destroyedAt ? timeText(destroyedAt) : 'before'}.`;
  const had = hadKey ? '' : ', of whom nothing personal was stored,';
  if (dryRun) return `Dry run, nothing is changed: ${who}${had} would be forgotten.`;
  return `${who}${had} is forgotten${snapshots > 0 ? `; ${snapshots} snapshots are dropped` : ''}.`;
}

// `es verify`: whether every sealed event is as it was. Exit code 1 when one is not.
import { Command } from 'commander';
import type { Anchor, Verification } from '../../../libs/event-store/src/operations/index.js';
import type { OpenContext, SealKeys } from '../../../libs/event-store/src/postgres/operations/index.js';
import { readAnchors } from '../anchors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { ProgressLine } from '../progress.js';
import { findSealKeys } from '../seal-keys.js';
import { withContexts } from '../session.js';
import { paint, safe } from '../terminal.js';
import { brokenText, soundText } from '../verification.js';

interface VerifyOptions extends CommonOptions {
  readonly anchor?: string;
}

/** `found` is told how many contexts are not as they were sealed. */
export function verifyCommand(io: Io, found: (problems: number) => void): Command {
  const command = new Command('verify')
    .description(
      'Compares every event with its seal and names the first one that was changed, deleted or put in between. ' +
        'Exit code 0 when all is as it was sealed, 1 when something is not.',
    )
    .option(
      '--anchor <file>',
      'what `es seal head` printed earlier, or the log of a service: finds a tail that was cut off',
    )
    .action(async (_options, self: Command) => found(await run(io, self.optsWithGlobals<VerifyOptions>())));
  command.addHelpText(
    'after',
    '\nThe key is that of SEAL_KEY or SEAL_KEY_FILE; for the system of `npm start`, that of this clone.',
  );
  return examples(command, 'verify', 'verify --context order-service --anchor anchors.jsonl --json');
}

interface Verified extends Verification {
  readonly context: string;
  readonly ok: boolean;
}

async function run(io: Io, options: VerifyOptions): Promise<number> {
  const keys = await findSealKeys(io, options);
  return withContexts(io, options, async (contexts) => {
    const names = contexts.map(({ name }) => name);
    const anchors = options.anchor === undefined ? [] : await readAnchors(options.anchor, names);
    const all: Verified[] = [];
    for (const context of contexts) all.push(await verify(io, context, keys, anchors)); // one after the other: each takes all it can get
    const broken = all.filter(({ ok }) => !ok).length;
    if (options.json) outJson(io, { ok: broken === 0, contexts: all });
    else for (const one of all) io.out(lineOf(io, one));
    return broken;
  });
}

async function verify(io: Io, context: OpenContext, keys: SealKeys, anchors: readonly Anchor[]): Promise<Verified> {
  const { name } = context;
  const progress = new ProgressLine(io, `${name}: verifying`);
  try {
    const result = await context.verify({
      keys,
      anchors: anchors.filter((anchor) => anchor.context === name),
      signal: io.signal,
      onProgress: ({ position, of, events }) => progress.show(position, of, `${events.toLocaleString('en')} events`),
    });
    return { context: name, ok: result.broken === undefined, ...result };
  } finally {
    progress.end();
  }
}

function lineOf({ look }: Io, result: Verified): string {
  const { context, broken } = result;
  if (!broken) return `${paint(look, 'bold', safe(context))}  ${soundText(result)}`;
  return `${paint(look, 'red', 'x')} ${paint(look, 'bold', safe(context))}: ${safe(brokenText(broken, result))}`;
}

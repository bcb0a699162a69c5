// `es parked show <ref>`: why, what it is, who stands behind it, and what was done to it.
import { Argument, Command } from 'commander';
import {
  formatRef,
  showParked,
  type ParkedRef,
  type RecordedOperation,
  type ShownParked,
} from '../../../libs/event-store/src/operations/index.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { reference, withReferenced } from '../references.js';
import { operationText } from '../process-lines.js';
import { cut, paint, prettyData, safe } from '../terminal.js';
import { metadataText, shellWord, timeText } from '../text.js';
import { valueLines, valueJson } from '../value.js';

export function parkedShowCommand(io: Io): Command {
  const command = new Command('show')
    .description('Shows everything about one message: why, its data, who stands behind it, what operators did.')
    .addArgument(new Argument('<message>', 'as `parked list` names it').argParser(reference))
    .action(async (ref: ParkedRef, _options, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      await withReferenced(io, options, ref, async (context) => {
        const shown = await showParked(context, ref);
        if (shown.kind === 'absent') throw new EsError(absentSentence(ref, shown.operations));
        if (options.json) outJson(io, { ref: formatRef(ref), ...withValue(shown) });
        else print(io, ref, shown);
      });
    });
  return examples(
    command,
    'parked show order-service/order-summary/events/17',
    'parked show order-service/unreadable/3',
  );
}

export function absentSentence(ref: ParkedRef, operations: readonly RecordedOperation[]): string {
  const [last] = operations;
  const known = last ? ` ${safe(operationText(last))}` : '';
  return `Nothing is parked as ${safe(formatRef(ref))}: it was handled, discarded, or never there.${known}`;
}

function withValue(shown: Exclude<ShownParked, { kind: 'absent' }>): object {
  if (shown.kind === 'record') return shown;
  const { message, ...rest } = shown.message;
  return { ...shown, message: { ...rest, message: { ...message, value: valueJson(message.value) } } };
}

function print(io: Io, ref: ParkedRef, shown: Exclude<ShownParked, { kind: 'absent' }>): void {
  const { look } = io;
  const line = (text: string, indent = '  ') => io.out(indent + cut(safe(text), look.width - indent.length));
  const title = (text: string) => io.out(`\n${paint(look, 'bold', text)}`);
  const name = formatRef(ref);
  io.out(paint(look, 'bold', safe(name)));
  if (shown.kind === 'unreadable') {
    const { message, reasonCode, detail, receivedAt, resolution } = shown.message;
    line(resolution ? `${resolution} by an operator` : `unreadable since ${timeText(receivedAt)}`);
    for (const text of wrapped(`${reasonCode}: ${detail}`, look.width - 2)) line(text);
    line(`topic ${message.topic}  partition ${message.partition}  offset ${message.offset}`);
    line(message.key === null ? 'no key' : `key ${message.key}`);
    title('Headers');
    for (const [header, value] of Object.entries(message.headers)) line(`${header}: ${value}`);
    title('Value');
    for (const text of valueLines(message.value)) line(text);
  } else {
    const { message, record, behind } = shown;
    const tries = `${message.attempts} attempt${message.attempts === 1 ? '' : 's'}`;
    line(`${message.status} since ${timeText(message.parkedAt)}, ${tries}`);
    if (message.dueAt) line(`next attempt ${timeText(message.dueAt)}`);
    for (const text of wrapped(message.reason, look.width - 2)) line(text);
    title('Record');
    line(`${message.type}${record ? ` v${record.schemaVersion}` : ''}  id ${message.messageId}`);
    line(`key ${message.key}${record?.version ? `  version ${record.version}` : ''}`);
    if (!record) line('The log no longer has it.');
    else {
      line(`written ${timeText(record.time)}`);
      for (const text of metadataText(record.metadata)) io.out(`  ${cut(text, look.width - 2)}`);
      for (const text of prettyData(record.data, look.width - 2)) io.out(`  ${text}`);
    }
    title(`Behind it: ${message.behind}`);
    for (const { position, type, messageId } of behind) line(`position ${position}  ${type}  id ${messageId}`);
    if (behind.length < message.behind) line(`and ${message.behind - behind.length} more`);
  }
  if (shown.operations.length > 0) title('What operators did');
  for (const operation of shown.operations) line(operationText(operation));
  if (shown.kind === 'record' ? shown.message.status === 'parked' : !shown.message.resolution) {
    title('Once the cause is mended');
    io.out(`  npm run -s es -- parked replay ${shellWord(safe(name))} --reason '…'`);
    io.out(`  npm run -s es -- parked discard ${shellWord(safe(name))} --reason '…'`);
  }
}

/** A reason is for reading: it goes on in the next line instead of being cut. */
function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of safe(text).split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length > width && lines.at(-1) !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.filter((line) => line !== '');
}

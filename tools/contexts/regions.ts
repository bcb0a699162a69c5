// What belongs to contexts in files that all share stands between two lines, `# context: order` and `# end context: order`, so that
// it can be put in and taken out as text, and nothing else of the file moves.

export interface Region {
  /** When any one of them goes, the region goes. */
  readonly contexts: readonly string[];
  /** Numbers of the two marker lines, from 0. */
  readonly start: number;
  readonly end: number;
}

// The signs of yaml, env and sh; sql; ts; md.
const SIGN = String.raw`^(?<indent>\s*)(?<sign>#|--|\/\/|<!--)`;
const NAMES = String.raw`(?<names>[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)*)`;
const MARKER = new RegExp(`${SIGN} (?<ends>end )?context: ${NAMES}(?: -->)?$`);
const END_OF_LIST = new RegExp(`${SIGN} contexts end here(?: -->)?$`);

/** In their order. `file` is for the message. @throws Error naming file and line where a region does not end, nests or has no beginning. */
export function regionsOf(text: string, file: string): readonly Region[] {
  const regions: Region[] = [];
  let open: { readonly names: string; readonly line: number } | undefined;
  for (const [line, content] of text.split('\n').entries()) {
    const { names, ends } = MARKER.exec(content)?.groups ?? {};
    if (names === undefined) continue;
    const here = `${file}:${line + 1}: '${content.trim()}'`;
    if (ends === undefined) {
      if (open)
        throw new Error(`${here} stands in the region of '${open.names}' (line ${open.line + 1}); end that one first.`);
      open = { names, line };
    } else {
      if (!open) throw new Error(`${here} ends a region that did not begin. Expected '… context: ${names}' above it.`);
      if (open.names !== names)
        throw new Error(
          `${here} stands where '… end context: ${open.names}' is expected (begun in line ${open.line + 1}).`,
        );
      regions.push({ contexts: names.split(' '), start: open.line, end: line });
      open = undefined;
    }
  }
  if (open)
    throw new Error(
      `${file}:${open.line + 1}: the region of '${open.names}' has no end. Add '… end context: ${open.names}'.`,
    );
  return regions;
}

/** Without the regions of the context, and without the blank line that stood between each and its neighbours. @throws as `regionsOf` */
export function removeRegions(text: string, file: string, context: string): string {
  const lines = text.split('\n');
  for (const { contexts, start, end } of regionsOf(text, file).toReversed()) {
    if (!contexts.includes(context)) continue;
    const blank = (line: number) => (lines[line] ?? '').trim() === '';
    const last = end >= lines.length - 2; // what follows is the end of the file
    if (blank(start - 1) && last && start > 0) lines.splice(start - 1, end - start + 2);
    else lines.splice(start, end - start + (blank(start - 1) && blank(end + 1) ? 2 : 1));
  }
  return lines.join('\n');
}

/**
 * With a region for the context at the end of the file's list, before the line `contexts end here`; `body` is indented as that line is.
 * `removeRegions` gives the text back as it was. @throws Error when there is not exactly one such line, or the context has a region.
 */
export function insertRegion(text: string, file: string, context: string, body: string): string {
  if (regionsOf(text, file).some(({ contexts }) => contexts.includes(context)))
    throw new Error(
      `${file} has a region of '${context}' already. Remove it first: npm run remove:context ${context}.`,
    );
  const lines = text.split('\n');
  const ends = lines.flatMap((line, index) => (END_OF_LIST.test(line) ? [index] : []));
  const [at] = ends;
  if (at === undefined || ends.length > 1)
    throw new Error(`${file}: expected the line '… contexts end here' once, found it ${ends.length} times.`);
  const { indent = '', sign = '#' } = END_OF_LIST.exec(lines[at]!)!.groups!;
  const marker = (words: string) => `${indent}${sign} ${words}: ${context}${sign === '<!--' ? ' -->' : ''}`;
  const content = body.replace(/\n+$/, '').split('\n');
  const region = [
    marker('context'),
    ...content.map((line) => (line === '' ? '' : indent + line)),
    marker('end context'),
  ];
  const separated = at > 0 && lines[at - 1]!.trim() === '';
  lines.splice(at, 0, ...region, ...(separated ? [''] : []));
  return lines.join('\n');
}

// Which names are taken: by an app, a library, a contract, or by what another context has in its log.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contexts } from '../registry.js';
import type { Names } from './words.js';

/** @throws Error naming who has it, and what would do. */
export function assertFree(root: string, names: Names): void {
  const { kebab } = names.context;
  const refuse = (what: string): never => {
    throw new Error(`The name '${kebab}' is taken: ${what}. Like: npm run new:context ${kebab}-desk`);
  };
  for (const folder of [`apps/${kebab}-service`, `apps/${kebab}`, `libs/${kebab}`])
    if (existsSync(join(root, folder))) refuse(`there is ${folder}`);
  for (const file of [`libs/contracts/src/${kebab}.events.v1.ts`, `libs/contracts/src/${kebab}.requests.v1.ts`])
    if (existsSync(join(root, file)))
      refuse(
        `there is ${file} of a context that is gone. npm run remove:context ${kebab} takes it out, or says who uses it. Or choose another name`,
      );
  assertAggregateFree(root, names);
}

function assertAggregateFree(root: string, { aggregate: { kebab, snake, pascal } }: Names): void {
  const refuse = (file: string, what: string): never => {
    throw new Error(
      `The aggregate '${snake}' is taken: ${file} has ${what}. Choose another word for it, like --aggregate ${snake}_file`,
    );
  };
  for (const [file, text] of sourcesOf(root)) {
    if (text.includes(`@Aggregate('${snake}'`)) refuse(file, `an aggregate of this name`);
    if (text.includes(`@Event('${kebab}.`)) refuse(file, `events that begin with '${kebab}.'`);
    const message = new RegExp(`\\bclass (${pascal}(?:Opened|Closed|Requested)V1)\\b`).exec(text)?.[1];
    if (message !== undefined) refuse(file, `the message ${message}`);
    if (new RegExp(String.raw`@IntegrationEvent\('shop\.${kebab}\.`).test(text))
      refuse(file, `messages that begin with 'shop.${kebab}.'`);
  }
}

/** Domains and contracts: what is kept in logs and on topics. */
function* sourcesOf(root: string): Generator<readonly [string, string]> {
  const folders = [...contexts(root).map(({ service }) => `apps/${service}/src/domain`), 'libs/contracts/src'];
  for (const folder of folders.filter((one) => existsSync(join(root, one))))
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (name.endsWith('.ts') && !name.endsWith('.spec.ts')) {
        const file = `${folder}/${name.replaceAll('\\', '/')}`;
        yield [file, readFileSync(join(root, file), 'utf8')];
      }
}

/** The one that was asked for, or the next after the highest. @throws Error when it is another context's, or there is none left. */
export function portFor(root: string, asked: number | undefined): number {
  const known = contexts(root);
  const next = Math.max(3000, ...known.map(({ port }) => port)) + 1;
  const owner = known.find(({ port }) => port === asked);
  if (owner) throw new Error(`--port ${asked} is that of ${owner.service}. The next that is free: --port ${next}`);
  if (asked === undefined && next > 65_535)
    throw new Error('No port is left after the highest. Say which: --port 3010');
  return asked ?? next;
}

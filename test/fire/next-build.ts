// The order service as its next release: `order.placed` is version 2, one of whose fields has another name. Made as a developer makes it,
// in a copy of the sources.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { planVersion } from '../../tools/events/plan-version.js';
import { writePlan } from '../../tools/contexts/write-plan.js';
import { Workshop } from '../../tools/mutants/workshop.js';
import { pack } from '../../tools/system/pack.js';
import type { Query } from '../../libs/event-store/src/testing/invariants/index.js';
import type { CheckoutProbe } from '../../tools/demo/probe.js';

const COPIED = ['apps', 'libs', 'tools', 'package.json', 'tsconfig.json'];
const PACKED = 'order-service.mjs';
const ORDER = 'apps/order-service/src';
const EDITS: readonly (readonly [file: string, find: string, replace: string])[] = [
  [`${ORDER}/domain/order.events.ts`, 'readonly lines:', 'readonly items:'],
  [
    `${ORDER}/domain/upcasters/order-placed.from-1.ts`,
    '(data) => ({ ...data })',
    '({ lines, ...others }) => ({ ...others, items: lines })',
  ],
  [
    `${ORDER}/domain/order.ts`,
    '{ customerId, lines, total, note }: OrderPlaced',
    '{ customerId, items: lines, total, note }: OrderPlaced',
  ],
  [`${ORDER}/infrastructure/order-summary.projection.ts`, 'lines: event.lines', 'lines: event.items'],
];

type ReadModels = typeof import('../../tools/demo/read-models.js');

/** Events of this build with the names of the one before: who placed an order asked in those. */
export function inFormerNames(query: Query): Query {
  return async (sql, params) =>
    (await query(sql, params)).map((row) => {
      if (row['type'] !== 'order.placed' || typeof row['data'] !== 'string') return row;
      const { items, ...others } = JSON.parse(row['data']) as Record<string, unknown>;
      return items === undefined ? row : { ...row, data: JSON.stringify({ ...others, lines: items }) };
    });
}

export class NextBuild extends Workshop {
  readonly command: readonly string[] = [process.execPath, join(this.folder, PACKED)];

  static async make(): Promise<NextBuild> {
    const build = new NextBuild(await Workshop.copyOf(COPIED));
    await build.raise('order.placed');
    for (const edit of EDITS) await build.edit(...edit);
    await pack(join(build.folder, ORDER, 'main.ts'), build.folder, PACKED);
    return build;
  }

  /** I8 as this build sees it: the older one cannot read all events any more. */
  async readModels(...args: Parameters<ReadModels['rebuildReadModels']>): ReturnType<CheckoutProbe['readModels']> {
    const { rebuildReadModels } = (await import(join(this.folder, 'tools/demo/read-models.ts'))) as ReadModels;
    return rebuildReadModels(...args);
  }

  private async raise(type: string): Promise<void> {
    const { event, files } = await planVersion(this.folder, type);
    const writes = [...files].map(([path, text]) => ({ path, text }));
    const isOld = ({ path }: { path: string }): boolean => path === event.file;
    writePlan(this.folder, { created: writes.filter((write) => !isOld(write)), changed: writes.filter(isOld) });
  }

  private async edit(file: string, find: string, replace: string): Promise<void> {
    const path = join(this.folder, file);
    const text = await readFile(path, 'utf8');
    if (text.split(find).length !== 2) throw new Error(`${file} has '${find}' not once.`);
    await writeFile(
      path,
      text.replace(find, () => replace),
    );
  }
}

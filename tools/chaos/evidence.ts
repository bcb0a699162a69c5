// A run that finds something leaves what is needed to find out why: the logs of every process, and the stories of the orders it is about.
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckoutProbe } from '../demo/probe.js';
import { formatTimeline, readTimeline } from '../demo/timeline.js';
import type { System } from '../system/system.js';
import type { Certificate } from './certificate.js';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const STORIES = 20;

/** The sentence that says where it lies: outside the run's own folder, which goes. */
export async function keepEvidence(system: System, probe: CheckoutProbe, certificate: Certificate): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `chaos-seed-${certificate.seed}-`));
  const dataDir = dirname(system.postgres.dataDir);
  await cp(join(dataDir, 'logs'), join(folder, 'logs'), { recursive: true });
  await cp(system.postgres.logFile, join(folder, 'postgres.log'));
  await writeFile(join(folder, 'certificate.json'), `${JSON.stringify(certificate, undefined, 2)}\n`);
  const ids = new Set(certificate.violations.flatMap((sentence) => sentence.match(UUID) ?? []));
  for (const id of [...ids].slice(0, STORIES)) {
    const story = await readTimeline(id, probe.queries);
    if (story.length > 0) await writeFile(join(folder, `order-${id}.txt`), `${formatTimeline(story)}\n`);
  }
  return `Logs, and the stories of orders with violations, are kept in ${folder}`;
}

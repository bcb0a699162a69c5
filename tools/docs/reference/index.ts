// All generated pages of docs/reference, and the one of faults; also the clients, which come from the same OpenAPI documents.
import { clientFiles } from '../clients/index.js';
import type { Problem } from '../problem.js';
import type { Tree } from '../tree.js';
import { asyncApiDocument } from './asyncapi.js';
import { cliPage } from './cli.js';
import { configurationPage } from './configuration.js';
import { errorsPage } from './errors.js';
import { eventsPage } from './events.js';
import { FAULTS_PAGE, faultsPage } from './faults.js';
import { httpPages } from './http.js';
import { describeAll } from './load.js';
import { metricsPage } from './metrics.js';
import { sqlStatesPage } from './sql-states.js';

const FOLDER = 'docs/reference';

/** Writes them into the tree. `stale`: what was not as it should be on disk. */
export async function refreshReferences(tree: Tree): Promise<{ problems: Problem[]; stale: Problem[] }> {
  const described = await describeAll(tree);
  const configuration = configurationPage(tree, described);
  const errors = errorsPage(tree);
  const faults = faultsPage(tree);
  const clients = await clientFiles(tree, described);
  const before = new Set(tree.changes());
  const pages = new Map([
    [`${FOLDER}/cli.md`, cliPage(tree, described.esHelp)],
    [`${FOLDER}/configuration.md`, configuration.page],
    [`${FOLDER}/errors.md`, errors.page],
    [`${FOLDER}/events.md`, eventsPage(tree)],
    [`${FOLDER}/metrics.md`, metricsPage(described.metrics)],
    [`${FOLDER}/sql-states.md`, sqlStatesPage()],
    [`${FOLDER}/asyncapi.json`, asyncApiDocument(tree)],
    [FAULTS_PAGE, faults.page],
    ...httpPages(tree, described),
    ...clients.files,
  ]);
  for (const [path, text] of pages) tree.write(path, text);
  const what = 'is not what the sources say by now; npm run docs renews it';
  const stale = tree
    .changes()
    .filter((path) => !before.has(path))
    .map((file) => ({ file, line: 1, what }));
  return { problems: [...configuration.problems, ...errors.problems, ...faults.problems, ...clients.problems], stale };
}

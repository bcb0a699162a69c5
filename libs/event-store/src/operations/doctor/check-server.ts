// Is the database one on which nothing can be lost, and the one this build knows?
import type { ServerFacts } from '../context-facts.js';
import { count, note, problem, type Finding } from './finding.js';

export function checkServer(context: string, server: ServerFacts): Finding[] {
  const { hasSchema, pending, unknown, danger, warnings } = server;
  if (!hasSchema) {
    const mend = `Start ${context} once with --migrate, or look whether this is the database you meant.`;
    return [problem('schema-missing', `The database has no schema event_store: nothing was ever stored here. ${mend}`)];
  }
  const findings: Finding[] = [];
  if (pending.length > 0) {
    const mend = `Run ${context} once with --migrate, or start it with RUN_MIGRATIONS=true.`;
    findings.push(
      problem(
        'migrations-pending',
        `The database lacks ${count(pending.length, 'migration')}: ${pending.join(', ')}. ${mend}`,
      ),
    );
  }
  if (unknown.length > 0) {
    const what = `The database has ${count(unknown.length, 'migration')} that this build does not know: ${unknown.join(', ')}.`;
    findings.push(note('migrations-unknown', `${what} A newer build has been here; look with that one.`));
  }
  if (danger !== undefined) findings.push(problem('server-settings', danger));
  return [...findings, ...warnings.map((warning) => note('server-settings', warning))];
}

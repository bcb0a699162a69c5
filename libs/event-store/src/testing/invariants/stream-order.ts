// I2 Stream order: versions are 1..n, none missing, none twice; and positions rise with them.
import type { ServiceState } from './service-state.js';
import { Findings, groupBy, type Violation } from './violation.js';

export function checkStreamOrder(state: ServiceState): Violation[] {
  const findings = new Findings('I2');
  for (const [stream, events] of groupBy(state.events, (event) => event.stream)) {
    const byVersion = groupBy(events, (event) => event.version);
    for (const [version, same] of byVersion) {
      if (same.length > 1) {
        const ids = same.map(({ id }) => id).join(', ');
        findings.add(
          'duplicated',
          `${state.service} has version ${version} of ${stream} ${same.length} times: ${ids}.`,
        );
      }
    }
    const highest = Math.max(...byVersion.keys());
    for (let version = 1; version <= highest; version += 1) {
      if (!byVersion.has(version))
        findings.add('lost', `${state.service} lacks version ${version} of ${stream}, which goes to ${highest}.`);
    }
    const inOrder = [...events].sort((a, b) => (a.position < b.position ? -1 : 1));
    for (const [index, event] of inOrder.slice(1).entries()) {
      const before = inOrder[index]!;
      if (event.version < before.version) {
        findings.add(
          'reordered',
          `${state.service} has version ${event.version} of ${stream} (${event.id}) at position ${event.position}, behind version ${before.version}.`,
        );
      }
    }
  }
  return findings.found;
}

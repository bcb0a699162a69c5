// What is wrong in the files of the profile observability, as their programs would find at their start or never say.
import { collectorProblems } from './collector-file.js';
import { grafanaProblems } from './grafana-files.js';
import { prometheusProblems } from './prometheus-file.js';
import type { WatchingFiles } from './watching-files.js';

export function problemsIn(files: WatchingFiles): string[] {
  return [...collectorProblems(files), ...prometheusProblems(files), ...grafanaProblems(files)];
}

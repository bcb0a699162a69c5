// What is wrong in prometheus.yml: whether whom it asks is there, at that port and path and with what it is let in by, and whether its rules are.
import { aliasesOf, publishedPorts, sourceOf, unknownKeys, type Scrape, type WatchingFiles } from './watching-files.js';

const GLOBAL = ['scrape_interval', 'scrape_timeout', 'evaluation_interval'];
const TOP = ['global', 'rule_files', 'scrape_configs'];
const SCRAPE = ['job_name', 'metrics_path', 'scheme', 'scrape_interval', 'scrape_timeout', 'dns_sd_configs'];
const DNS = ['names', 'type', 'port', 'refresh_interval'];
const DURATION = /^(\d+(ms|[smhdwy]))+$/;
/** What a service answers on its port of metrics, to whoever reaches it: there is no token to send. */
const METRICS_PATH = '/metrics';

export function prometheusProblems({ compose, prometheus, exists }: WatchingFiles): string[] {
  const container = compose.services['prometheus'];
  if (!container) return ['docker-compose.yml has no prometheus'];
  const config = container.command?.find((one) => one.startsWith('--config.file='))?.split('=')[1];
  const isThere = (path: string | undefined) => {
    const source = path && sourceOf(container, path);
    return source !== undefined && source !== '' && exists(source);
  };
  const { global, rule_files: ruleFiles, scrape_configs: scrapes } = prometheus;
  const problems = [
    ...unknownKeys('prometheus.yml', prometheus, TOP),
    ...unknownKeys('global', global, GLOBAL),
    ...durationProblems('global', global),
    ...ruleFiles.filter((file) => !isThere(file)).map((file) => `prometheus has no file of rules ${file}`),
    ...scrapes.flatMap((scrape) => scrapeProblems(scrape, compose)),
  ];
  if (!isThere(config)) problems.push(`prometheus finds nothing at ${config}`);
  if (ruleFiles.length === 0) problems.push('prometheus has no rules');
  const asked = scrapes.flatMap(({ dns_sd_configs: dns = [] }) => dns.flatMap(({ names }) => names));
  for (const [name, service] of Object.entries(compose.services)) {
    if (!lasts(service) || service.environment?.['METRICS_PORT'] === undefined) continue;
    if (![name, ...aliasesOf(service)].some((one) => asked.includes(one)))
      problems.push(`nobody asks ${name} for its metrics`);
    if (publishedPorts(service).includes(Number(service.environment['METRICS_PORT'])))
      problems.push(`${name} publishes its metrics, which are shown without a token`);
  }
  return problems;
}

/** Not a migration, which ends. */
function lasts({ command }: { readonly command?: readonly string[] }): boolean {
  return !command?.includes('--migrate');
}

function scrapeProblems(scrape: Scrape, { services }: WatchingFiles['compose']): string[] {
  const { job_name: job, metrics_path: path = METRICS_PATH, scheme = 'http', dns_sd_configs: dns = [] } = scrape;
  const problems = [...unknownKeys(`job ${job}`, scrape, SCRAPE), ...durationProblems(`job ${job}`, scrape)];
  if (path !== METRICS_PATH) problems.push(`job ${job} asks for ${path}, and services answer ${METRICS_PATH}`);
  if (scheme !== 'http') problems.push(`job ${job} speaks ${scheme}, which no service does inside of compose`);
  if (dns.length === 0) problems.push(`job ${job} asks nobody`);
  for (const one of dns) {
    problems.push(...unknownKeys(`job ${job}`, one, DNS), ...durationProblems(`job ${job}`, one));
    if (one.type !== 'A') problems.push(`job ${job} looks for records of type ${one.type}; compose has A`);
    for (const name of one.names) {
      const found = Object.entries(services).filter(
        ([service, settings]) => lasts(settings) && [service, ...aliasesOf(settings)].includes(name),
      );
      if (found.length === 0) problems.push(`job ${job} asks ${name}, which is no service and no alias of one`);
      for (const [service, { environment }] of found) {
        const port = environment?.['METRICS_PORT'];
        if (port !== String(one.port))
          problems.push(`job ${job} asks ${service} at port ${one.port}, and it shows metrics at ${port}`);
      }
    }
  }
  return problems;
}

function durationProblems(where: string, settings: object): string[] {
  return Object.entries(settings)
    .filter(([key, value]) => /_(interval|timeout)$/.test(key) && !DURATION.test(String(value)))
    .map(([key, value]) => `${where} has a ${key} of ${value}, which is no length of time`);
}

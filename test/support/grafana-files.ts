// What is wrong in Grafana's files: data sources that are not where they say, dashboards that ask one that is not there, folders that are not mounted.
import {
  sourceOf,
  unknownKeys,
  type AsksDatasource,
  type ComposeService,
  type DashboardFile,
  type Datasource,
  type WatchingFiles,
} from './watching-files.js';

const DATASOURCE = ['name', 'uid', 'type', 'url', 'isDefault'];
/** By the name of the service: of which type it is, and the port where it answers questions. */
const STORES: Readonly<Record<string, { readonly type: string; readonly port: number }>> = {
  prometheus: { type: 'prometheus', port: 9090 },
  jaeger: { type: 'jaeger', port: 16686 },
};
const PROVISIONING = '/etc/grafana/provisioning';

export function grafanaProblems(files: WatchingFiles): string[] {
  const { compose, datasources, providers, dashboards, exists } = files;
  const container = compose.services['grafana'];
  if (!container) return ['docker-compose.yml has no grafana'];
  const isThere = (path: string) => {
    const source = sourceOf(container, path);
    return source !== undefined && exists(source);
  };
  const problems = datasources.flatMap((one) => datasourceProblems(one, compose.services));
  const defaults = datasources.filter(({ isDefault }) => isDefault).length;
  if (defaults !== 1) problems.push(`${defaults} data sources are the default`);
  for (const uid of twice(datasources.map((one) => one.uid))) problems.push(`two data sources are ${uid}`);
  for (const uid of twice(dashboards.map((one) => one.uid))) problems.push(`two dashboards are ${uid}`);
  for (const folder of ['datasources', 'dashboards'])
    if (!isThere(`${PROVISIONING}/${folder}`)) problems.push(`grafana finds no ${folder} in ${PROVISIONING}`);
  for (const { name, type, options } of providers)
    if (type !== 'file' || !isThere(options.path)) problems.push(`provider ${name} finds nothing at ${options.path}`);
  if (providers.length === 0) problems.push('nothing provides the dashboards');
  for (const dashboard of dashboards) problems.push(...dashboardProblems(dashboard, datasources));
  return problems;
}

function datasourceProblems(one: Datasource, services: Readonly<Record<string, ComposeService>>): string[] {
  const { name, type, url } = one;
  const problems = unknownKeys(`data source ${name}`, one, DATASOURCE);
  const { hostname, port, protocol } = new URL(url);
  const store = STORES[hostname];
  if (!store || !services[hostname]?.profiles?.includes('observability'))
    problems.push(`data source ${name} is at ${hostname}, which is no store of the profile`);
  else if (store.type !== type || String(store.port) !== port || protocol !== 'http:')
    problems.push(`data source ${name} is a ${type} at ${url}, and ${hostname} a ${store.type} at port ${store.port}`);
  return problems;
}

function dashboardProblems({ title, panels, templating }: DashboardFile, datasources: readonly Datasource[]): string[] {
  const asking: (readonly [string, AsksDatasource])[] = [
    ...(templating?.list ?? []).map((one) => [`variable ${one.name}`, one] as const),
    ...panels.flatMap((panel) =>
      [panel, ...panel.targets].map((one) => [panel.title, { datasource: panel.datasource, ...one }] as const),
    ),
  ];
  const wrong = asking.filter(
    ([, { datasource }]) => !datasources.some(({ uid, type }) => uid === datasource?.uid && type === datasource.type),
  );
  const names = new Set(wrong.map(([where, { datasource }]) => `${where} asks ${datasource?.uid}`));
  return [...names].map((text) => `${title}: ${text}, which is no data source of that type`);
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

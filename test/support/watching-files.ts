// The files of the profile observability, with as much of docker-compose.yml as they have to fit.

type Component = Readonly<Record<string, unknown>> | null;
export interface Pipeline {
  readonly receivers?: readonly string[];
  readonly processors?: readonly string[];
  readonly exporters?: readonly string[];
}

export interface Collector {
  readonly receivers: Readonly<Record<string, Component>>;
  readonly processors?: Readonly<Record<string, Component>>;
  readonly exporters: Readonly<Record<string, Component>>;
  readonly service: { readonly pipelines: Readonly<Record<string, Pipeline>> };
}

export interface Scrape {
  readonly job_name: string;
  readonly metrics_path?: string;
  readonly scheme?: string;
  readonly scrape_interval?: string;
  readonly scrape_timeout?: string;
  readonly dns_sd_configs?: readonly {
    readonly names: readonly string[];
    readonly type: string;
    readonly port?: number;
    readonly refresh_interval?: string;
  }[];
}

export interface Prometheus {
  readonly global: Readonly<Record<string, string>>;
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly Scrape[];
}

export interface Datasource {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly isDefault?: boolean;
}

export interface Provider {
  readonly name: string;
  readonly type: string;
  readonly options: { readonly path: string };
}

export interface AsksDatasource {
  readonly datasource?: { readonly type: string; readonly uid: string };
}

export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly templating?: { readonly list: readonly ({ readonly name: string } & AsksDatasource)[] };
  readonly panels: readonly ({
    readonly title: string;
    readonly targets: readonly AsksDatasource[];
  } & AsksDatasource)[];
}

export interface ComposeService {
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] }>> | readonly string[];
}

export interface WatchingFiles {
  readonly compose: { readonly services: Readonly<Record<string, ComposeService>> };
  readonly collector: Collector;
  readonly prometheus: Prometheus;
  readonly datasources: readonly Datasource[];
  readonly providers: readonly Provider[];
  readonly dashboards: readonly DashboardFile[];
  /** Where pages and comments tell a service to send its spans: `http://collector:4318`. */
  readonly endpoints: readonly string[];
  /** Whether a file or folder of the repository is there. */
  exists(path: string): boolean;
}

/** The file or folder of the repository that a container sees at `path`; undefined where nothing is mounted there. */
export function sourceOf({ volumes = [] }: ComposeService, path: string): string | undefined {
  for (const volume of volumes) {
    const [source, target] = volume.split(':') as [string, string];
    if (path === target || path.startsWith(`${target}/`)) return source + path.slice(target.length);
  }
  return undefined;
}

/** The port inside its container, of each that it publishes. */
export function publishedPorts({ ports = [] }: ComposeService): number[] {
  return ports.map((port) => Number(port.split(':').at(-1)));
}

export function aliasesOf({ networks }: ComposeService): readonly string[] {
  return networks === undefined || Array.isArray(networks)
    ? []
    : Object.values(networks as Readonly<Record<string, { aliases?: readonly string[] }>>).flatMap(
        ({ aliases }) => aliases ?? [],
      );
}

/** Names in `found` that are none of `known`: a program refuses a misspelt setting when it starts. */
export function unknownKeys(where: string, found: object, known: readonly string[]): string[] {
  return Object.keys(found)
    .filter((key) => !known.includes(key))
    .map((key) => `${where} has ${key}, which nothing is known of here`);
}

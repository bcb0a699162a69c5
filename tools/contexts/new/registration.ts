// What a new context adds to files that all contexts share: regions, where the file has them, and its place in two JSON files.
import { withString } from '../json-text.js';
import { insertRegion } from '../regions.js';
import { substitute } from './substitute.js';
import type { Names } from './words.js';

export interface Registration {
  readonly names: Names;
  /** It has a contract for what others ask of it. */
  readonly ownRequests: boolean;
}

type Edit = (text: string, registration: Registration) => string;

const HOST_PORTS = /\$\{\w+:-(\d+)(?:-(\d+))?\}:\d+/g;
const DASHES = 120;

/** By file. What is generated from the contexts, like the index of the pages, is not among them. */
export const EDITS: Readonly<Record<string, Edit>> = {
  'nest-cli.json': addProject,
  'docker-compose.yml': region('docker-compose.yml', composeService),
  '.env.example': region('.env.example', variables),
  'tools/compose/create-databases.sql': region('tools/compose/create-databases.sql', () => database),
  'libs/contracts/src/index.ts': region('libs/contracts/src/index.ts', contracts),
  'tools/contexts/belongings.json': addBelongings,
};

/** The text as it is in the template's names. */
function region(file: string, body: (registration: Registration, text: string) => string): Edit {
  return (text, registration) => {
    const { names } = registration;
    return insertRegion(text, file, names.context.kebab, substitute(body(registration, text), names));
  };
}

function composeService(_: Registration, text: string): string {
  const first = freeHostPorts(text);
  return `freight-depot-service:
  <<: *service
  build: &freight-depot-build
    context: .
    args: { APP: freight-depot-service }
  environment: &freight-depot-environment
    <<: *environment
    DATABASE_URL: postgres://freight_depot_service:\${DATABASE_PASSWORD:-development}@postgres:5432/freight_depot_service
    ORPHAN_WAIT_MS: \${ORPHAN_WAIT_MS:-300000}
    FREIGHT_DEPOT_CLOSE_AFTER_MS: \${FREIGHT_DEPOT_CLOSE_AFTER_MS:-604800000}
  ports: ['127.0.0.1:\${FREIGHT_DEPOT_HOST_PORTS:-${first}-${first + 9}}:3000']
  depends_on:
    postgres: { condition: service_healthy }
    kafka: { condition: service_healthy }
    freight-depot-migration: { condition: service_completed_successfully }

freight-depot-migration:
  <<: [*migration, *service]
  build: *freight-depot-build
  environment:
    <<: *freight-depot-environment
    DATABASE_URL: postgres://freight_depot_owner:\${DATABASE_OWNER_PASSWORD:-owner}@postgres:5432/freight_depot_service
    DATABASE_APP_ROLE: freight_depot_service
    DATABASE_READER_ROLE: freight_depot_reader
    DATABASE_OPERATOR_ROLE: freight_depot_operator
`;
}

/** The first of ten host ports: replicas take one each. */
function freeHostPorts(compose: string): number {
  const taken = [...compose.matchAll(HOST_PORTS)].map(([, from, to]) => [Number(from), Number(to ?? from)] as const);
  const ranges = taken.filter(([from, to]) => to > from).map(([from]) => from);
  let first = Math.max(3000, ...ranges) + 100;
  while (taken.some(([from, to]) => from <= first + 9 && to >= first)) first += 100;
  return first;
}

function variables({ names }: Registration): string {
  const title = `# --- ${names.context.sentence} service only `;
  return `${title.padEnd(DASHES, '-')}
# How long a crate load stays open before it is closed, in milliseconds.
FREIGHT_DEPOT_CLOSE_AFTER_MS=604800000
`;
}

const database = `CREATE ROLE freight_depot_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE freight_depot_service LOGIN PASSWORD :'password';
CREATE ROLE freight_depot_operator LOGIN PASSWORD :'operator_password';
CREATE ROLE freight_depot_reader LOGIN PASSWORD :'reader_password';
CREATE DATABASE freight_depot_service OWNER freight_depot_owner;
REVOKE CONNECT ON DATABASE freight_depot_service FROM PUBLIC;
GRANT CONNECT ON DATABASE freight_depot_service TO freight_depot_service, freight_depot_operator, freight_depot_reader;
GRANT pg_read_all_stats TO freight_depot_operator;
`;

function contracts({ ownRequests, names }: Registration): string {
  const line = (exported: string, file: string) => {
    const one = `export { ${exported} } from './${file}.js';`;
    return substitute(one, names).length <= 120
      ? one
      : `export {\n  ${exported.split(', ').join(',\n  ')},\n} from './${file}.js';`;
  };
  return [
    line('CrateLoadClosedV1, CrateLoadOpenedV1, freightDepotEvents', 'freight-depot.events.v1'),
    ...(ownRequests ? [line('CrateLoadRequestedV1, freightDepotRequests', 'freight-depot.requests.v1')] : []),
  ].join('\n');
}

/** After the last app, in the form that the file has. The first app of all is what `nest` means when none is named. */
function addProject(text: string, { names }: Registration): string {
  const service = `${names.context.kebab}-service`;
  const project = `    "${service}": {
      "type": "application",
      "root": "apps/${service}",
      "entryFile": "main",
      "sourceRoot": "apps/${service}/src",
      "compilerOptions": { "builder": "tsc", "tsConfigPath": "apps/${service}/tsconfig.app.json" }
    }`;
  const lines = text.split('\n');
  const lastApp = lines.findLastIndex((line) => line.includes('"type": "application"'));
  const before = lines.findIndex(
    (line, index) => (lastApp < 0 ? /^ {2}"projects": \{/ : /^ {4}\}/).test(line) && index > lastApp,
  );
  if (before < 0 || lines[before]!.includes('{}'))
    throw new Error(
      'nest-cli.json: expected "projects" with one below the other, as prettier writes it. Run npm run format.',
    );
  const isLast = lastApp >= 0 && !lines[before]!.endsWith(',');
  if (isLast) lines[before] += ',';
  lines.splice(before + 1, 0, isLast ? project : `${project},`);
  const added = lines.join('\n');
  return lastApp < 0 ? asDefault(added, service) : added;
}

function asDefault(text: string, service: string): string {
  const folder = `apps/${service}`;
  const places = [
    [['root'], folder],
    [['sourceRoot'], `${folder}/src`],
    [['compilerOptions', 'tsConfigPath'], `${folder}/tsconfig.app.json`],
  ] as const;
  return places.reduce((changed, [path, value]) => withString(changed, 'nest-cli.json', path, value), text);
}

/** What lies outside of apps/, and goes with the context; contracts go by their names. */
function addBelongings(text: string, { names }: Registration): string {
  const { kebab } = names.context;
  const entry = `  { "contexts": ["${kebab}"], "paths": ["docs/reference/${kebab}.md"] }`;
  const before = text.trimEnd().replace(/\s*\]$/, '');
  return `${before}${before === '[' ? '' : ','}\n${entry}\n]\n`;
}

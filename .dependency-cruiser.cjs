// Which way the arrows point. A type-only import counts like any other: it ties two rooms together just the same.
// test/fixtures/dependency-rules breaks every rule once; `npm run check` fails when one of them does not bite.
const SPEC = '\\.spec\\.ts$';
const STORE = '^libs/event-store/src';
/** An app, or the template of one, which keeps the same rules. */
const APP = '(apps/[^/]+|templates/context)';
const INDEXES = ['^libs/[^/]+/src/index\\.ts$', '^libs/[^/]+/src/[^/]+/index\\.ts$'];
const TELEMETRY = '^libs/platform/src/telemetry';
/** Files of telemetry that are loaded whether it is on or not. */
const WITHOUT_IT = 'start-metrics|start-tracing|service-metrics|metric-sources|metrics\\.module|reading';
const npm = (names) => `(^|/)node_modules/(${names})(/|$)`;

/** From the foundation up; a room may use itself and what is named. */
const ROOMS = {
  core: [],
  privacy: ['core'],
  subscriptions: ['core'],
  processes: ['core', 'subscriptions'],
  messaging: ['core', 'subscriptions', 'processes'],
  operations: ['core', 'privacy', 'subscriptions', 'processes', 'messaging'],
  postgres: ['core', 'subscriptions', 'processes', 'messaging', 'operations'],
  kafka: ['core', 'subscriptions', 'processes', 'messaging'],
  memory: ['core', 'subscriptions', 'processes', 'messaging', 'operations'],
  nest: ['core', 'privacy', 'subscriptions', 'processes', 'messaging', 'operations', 'postgres', 'kafka', 'memory'],
};

const roomRules = Object.entries(ROOMS).map(([room, below]) => ({
  name: `room-${room}`,
  comment: `Inside the library ${room} uses only ${[room, ...below].join(', ')}.`,
  severity: 'error',
  from: { path: `${STORE}/${room}/`, pathNot: SPEC },
  to: { path: `${STORE}/`, pathNot: `${STORE}/(${[room, ...below].join('|')}|testing)/` }, // testing has its own rule
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'testing-is-for-tests',
      comment: 'The kits of event-store/testing are used by tests, by tools, and by nothing that ships.',
      severity: 'error',
      from: { pathNot: [SPEC, `${STORE}/testing/`, '^test/', '^tools/'] },
      to: { path: `${STORE}/testing/` },
    },
    {
      name: 'domain-is-pure',
      comment: 'A domain uses itself, the kernel and event-store/core: no framework, no I/O, no clock.',
      severity: 'error',
      from: { path: `^${APP}/src/domain/`, pathNot: SPEC },
      to: { pathNot: ['^$1/src/domain/', '^libs/kernel/src/index\\.ts$', `${STORE}/core/index\\.ts$`] },
    },
    {
      name: 'application-knows-no-edge',
      comment:
        'application uses domain, contracts, kernel and the face of the library; adapters come to it through ports.',
      severity: 'error',
      from: { path: `^${APP}/src/application/`, pathNot: SPEC },
      to: {
        path: '^(apps|libs|templates)/',
        pathNot: [
          '^$1/src/(application|domain)/',
          '^(libs/(contracts|kernel|event-store)/src|templates/contracts)/index\\.ts$',
          `${STORE}/core/index\\.ts$`,
          `${STORE}/testing/`,
        ],
      },
    },
    {
      name: 'edges-are-strangers',
      comment: 'interface and infrastructure meet only in the application and in the module.',
      severity: 'error',
      from: { path: `^${APP}/src/(interface|infrastructure)/`, pathNot: SPEC },
      to: {
        path: '^$1/src/',
        pathNot: '^$1/src/($2|application|domain)/',
      },
    },
    {
      name: 'no-app-to-app',
      comment: 'Contexts share words through libs/contracts only, also in tests.',
      severity: 'error',
      from: { path: `^${APP}/` },
      to: { path: '^(apps|templates/context)/', pathNot: '^$1/' },
    },
    {
      name: 'libs-below-apps',
      comment: 'A library knows no app, no example and no tool.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|examples|templates)/' },
    },
    {
      name: 'tools-are-not-shipped',
      comment: 'What ships does not import tools or test support.',
      severity: 'error',
      from: { path: '^(apps|libs|templates)/', pathNot: SPEC },
      to: { path: '^(tools|test)/' },
    },
    {
      name: 'front-door',
      comment: 'From outside a library is entered through its index, or the index of one of its rooms.',
      severity: 'error',
      from: { path: '^(apps|examples|templates)/' },
      to: { path: '^libs/', pathNot: INDEXES },
    },
    {
      name: 'front-door-between-libs',
      comment: 'The same from one library to another.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', ...INDEXES] },
    },
    {
      name: 'event-store-stands-alone',
      comment: 'The event store knows neither the contracts nor the platform.',
      severity: 'error',
      from: { path: '^libs/event-store/', pathNot: SPEC },
      to: { path: '^libs/(contracts|platform)/' },
    },
    {
      name: 'kernel-is-pure',
      comment: 'The kernel uses nothing but itself.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: SPEC },
      to: { pathNot: '^libs/kernel/' },
    },
    {
      name: 'clients-stand-alone',
      comment: 'A client uses nothing but its library, so that any program can take it along.',
      severity: 'error',
      from: { path: '^libs/clients/', pathNot: SPEC },
      to: { pathNot: '^libs/clients/' },
    },
    {
      name: 'libraries-call-nobody',
      comment: 'Clients are for programs that call a service: no library does.',
      severity: 'error',
      from: { path: '^libs/', pathNot: ['^libs/clients/', SPEC] },
      to: { path: '^libs/clients/' },
    },
    {
      name: 'contracts-are-words',
      comment: 'Contracts use the kernel, the words of core and messaging, and the validator.',
      severity: 'error',
      from: { path: '^(libs|templates)/contracts/', pathNot: SPEC },
      to: {
        pathNot: [
          '^$1/contracts/',
          '^libs/contracts/src/index\\.ts$',
          '^libs/kernel/src/index\\.ts$',
          `${STORE}/(core|messaging)/index\\.ts$`,
          npm('class-validator|class-transformer'),
        ],
      },
    },
    {
      name: 'kafkajs-only-in-kafka',
      severity: 'error',
      from: { pathNot: [`${STORE}/kafka/`, '^test/', '^bench/'] },
      to: { path: npm('kafkajs') },
    },
    {
      name: 'opentelemetry-only-in-telemetry',
      severity: 'error',
      from: { path: '^(apps|libs|examples|templates)/', pathNot: [`${TELEMETRY}/`, SPEC] },
      to: { path: npm('@opentelemetry/[^/]+') },
    },
    {
      name: 'telemetry-off-costs-nothing',
      comment:
        'What every service loads of telemetry imports OpenTelemetry, and all that does, only when it is switched on.',
      severity: 'error',
      from: {
        path: ['^(apps|libs)/', `${TELEMETRY}/(${WITHOUT_IT})\\.ts$`],
        pathNot: [`${TELEMETRY}/(?!(${WITHOUT_IT})\\.ts$)`, SPEC],
      },
      to: {
        path: [`${TELEMETRY}/`, npm('@opentelemetry/[^/]+')],
        pathNot: `${TELEMETRY}/(${WITHOUT_IT})\\.ts$`,
        dynamic: false,
      },
    },
    {
      name: 'pg-only-in-postgres',
      severity: 'error',
      from: { path: '^(apps|libs|examples|templates)/', pathNot: ['/postgres/', SPEC] },
      to: { path: npm('pg|pg-[^/]+|@types/pg') },
    },
    {
      name: 'typeorm-only-at-the-edge',
      comment: 'TypeORM lives in postgres rooms, infrastructure, modules and the platform.',
      severity: 'error',
      from: {
        path: '^(apps|libs|examples|templates)/',
        pathNot: ['/postgres/', '/infrastructure/', '\\.module\\.ts$', '^libs/platform/', SPEC],
      },
      to: { path: npm('typeorm|@nestjs/typeorm') },
    },
    {
      name: 'nest-only-in-its-rooms',
      comment: 'In the libraries Nest lives in event-store/nest and the platform. For apps see domain-is-pure.',
      severity: 'error',
      from: { path: '^libs/', pathNot: [`${STORE}/nest/`, '^libs/platform/', SPEC] },
      to: { path: npm('@nestjs/[^/]+') },
    },
    {
      name: 'no-circular',
      comment: 'With ESM and decorator metadata a cycle ends in "Cannot access X before initialization".',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'specs-are-leaves',
      comment: 'Nothing imports a test.',
      severity: 'error',
      from: {},
      to: { path: SPEC },
    },
    {
      name: 'no-dev-dependency-shipped',
      comment: 'What ships needs only `dependencies`.',
      severity: 'error',
      from: { path: '^(apps|libs|templates)/', pathNot: [SPEC, `${STORE}/testing/`] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that nothing answers to: a typo, or a package missing in package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test/fixtures|dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

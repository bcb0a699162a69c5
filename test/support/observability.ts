// The rules of alerts and the dashboards as files, and what of their queries no service shows.
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

export const rules = (parse(text('observability/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules: of }) => of,
);

const folder = 'observability/grafana/dashboards';
export const dashboards = readdirSync(new URL(folder, root)).map(
  (file) => JSON.parse(text(`${folder}/${file}`)) as Dashboard,
);

export const queries: readonly (readonly [where: string, expr: string])[] = [
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ...dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) => panel.targets.map(({ expr }) => [`${title}: ${panel.title}`, expr] as const)),
  ),
];

/** What Prometheus puts on every series, besides the service's name. */
export const EVERYWHERE = ['service_name', 'instance', 'job'];
/** Prometheus' own. */
const UP = 'up';
const WORDS = new Set(
  'sum max group by rate increase last_over_time min_over_time histogram_quantile absent unless or'.split(' '),
);

export interface Shown {
  /** Of a series by its name, without those of {@link EVERYWHERE}; undefined where nobody shows it. */
  labelsOf(series: string): readonly string[] | undefined;
  /** undefined where nobody knows them. */
  valuesOf(series: string, label: string): readonly string[] | undefined;
}

type Choice = readonly [shown: string, matches: (value: string) => boolean];

/** Each of `a|b` and `x(a|b)` has to match something; of `=` the value itself. */
function choicesOf(operator: string, wanted: string): Choice[] {
  if (!operator.endsWith('~')) return [[wanted, (value) => value === wanted]];
  const [, before = '', choices = wanted, after = ''] = /^([^()]*)\(([^()]*)\)([^()]*)$/.exec(wanted) ?? [];
  return choices.split('|').map((choice) => {
    const pattern = `${before}${choice}${after}`;
    return [pattern, (value) => new RegExp(`^(?:${pattern})$`).test(value)];
  });
}

/** Knows as much of PromQL as the queries here need: an unknown word counts as wrong. */
export function wrongIn(expr: string, { labelsOf, valuesOf }: Shown): string[] {
  const wrong: string[] = [];
  const named = new Set<string>();
  const isShown = (series: string) => series === UP || labelsOf(series) !== undefined;
  const hasLabel = (series: string, label: string) =>
    EVERYWHERE.includes(label) || (labelsOf(series)?.includes(label) ?? false);
  let rest = expr.replaceAll(/\[[$\w:]+\]/g, '');
  rest = rest.replaceAll(/([a-z_:]\w*)\{([^}]*)\}/g, (_, series: string, matchers: string) => {
    if (!isShown(series)) return ` ${series} `;
    for (const [, label, operator, value] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
      if (!hasLabel(series, label!)) wrong.push(`${series} has no label ${label}`);
      if (EVERYWHERE.includes(label!) || value!.startsWith('$')) continue;
      const values = valuesOf(series, label!);
      for (const [shown, matches] of choicesOf(operator!, value!))
        if (values && !values.some(matches)) wrong.push(`${series} has no ${label} ${shown}`);
    }
    return ` ${series} `;
  });
  const by = [...rest.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(/,\s*/));
  rest = rest.replaceAll(/\bby \([^)]*\)/g, '');
  for (const [word] of rest.matchAll(/(?<![\w.])[a-zA-Z_:]\w*/g)) {
    if (WORDS.has(word)) continue;
    if (isShown(word)) named.add(word);
    else wrong.push(`${word} is shown by nobody`);
  }
  if (named.size === 0 && wrong.length === 0) wrong.push('no metric');
  for (const label of by)
    for (const series of named) if (!hasLabel(series, label)) wrong.push(`${series} has no label ${label} to sum by`);
  return [...new Set(wrong)];
}

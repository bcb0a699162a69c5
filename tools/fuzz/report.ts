// What a run of Schemathesis did, of its report: one JSON object a line, a scenario each, with the requests of it and their answers.
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

export const PHASES = ['examples', 'coverage', 'fuzzing', 'stateful'] as const;
export type Phase = (typeof PHASES)[number];

export interface Exchange {
  readonly phase: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
}

interface Line {
  readonly ScenarioFinished?: {
    readonly phase: string;
    readonly recorder: {
      readonly interactions?: Readonly<
        Record<
          string,
          { readonly request: { method: string; uri: string }; readonly response?: { readonly status_code: number } }
        >
      >;
    };
  };
}

/** Empty where the file is not there: nothing was asked. */
export async function readReport(file: string): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  if (!existsSync(file)) return exchanges;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { ScenarioFinished: scenario } = JSON.parse(line) as Line;
    for (const { request, response } of Object.values(scenario?.recorder.interactions ?? {})) {
      const { method, uri } = request;
      const path = uri.replace(/^\w+:\/\/[^/]+/, '').replace(/[?#].*$/, '');
      exchanges.push({ phase: scenario!.phase, method, path, status: response?.status_code });
    }
  }
  return exchanges;
}

/** `examples 7, coverage 48, fuzzing 25, stateful 6`: requests. */
export function phasesText(exchanges: readonly Exchange[]): string {
  return PHASES.map((phase) => `${phase} ${countOf(exchanges, phase)}`).join(', ');
}

/** Those without a request: the time was up, or nothing of the document fits them. */
export function emptyPhases(exchanges: readonly Exchange[]): Phase[] {
  return PHASES.filter((phase) => countOf(exchanges, phase) === 0);
}

function countOf(exchanges: readonly Exchange[], wanted: Phase): number {
  return exchanges.filter(({ phase }) => phase === wanted).length;
}

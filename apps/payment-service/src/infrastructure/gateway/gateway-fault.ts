// The scripted troubles of the simulated gateway: what happens to the first calls about each payment or refund, in order.

export type GatewayFault =
  /** The call takes this long, and then succeeds. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The money moves, but the answer is lost. */
  | { readonly kind: 'timeout-after-success' }
  /** Nothing happens, and the gateway says so. */
  | { readonly kind: 'error-500' };

export const FAULTS_EXPECTED =
  'slow:<ms>, timeout-after-success:<calls> or error-500:<calls>, several separated by commas, e.g. error-500:2,timeout-after-success:1; ' +
  'at most 60000 ms and 100 calls each';

/**
 * `error-500:2,slow:5000`: two calls about each payment fail, the third takes five seconds, the rest go well.
 * Undefined when the text is anything else than {@link FAULTS_EXPECTED}.
 */
export function parseGatewayFaults(text: string): readonly GatewayFault[] | undefined {
  const faults: GatewayFault[] = [];
  for (const step of text === '' ? [] : text.split(',')) {
    const [, kind, digits] = /^(slow|timeout-after-success|error-500):([1-9]\d{0,4})$/.exec(step) ?? [];
    const count = Number(digits);
    if (kind === 'slow' && count <= 60_000) faults.push({ kind, ms: count });
    else if ((kind === 'timeout-after-success' || kind === 'error-500') && count <= 100) {
      faults.push(...Array.from({ length: count }, () => ({ kind }) as const));
    } else return undefined;
  }
  return faults;
}

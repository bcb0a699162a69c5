// The value of a message nobody could read: as text where it is text, else byte for byte.

const MOST_BYTES = 2_048;
const MOST_TEXT = 4_000;

/** At most about two screens. */
export function valueLines(value: Buffer | null): string[] {
  if (value === null) return ['none: a tombstone'];
  if (value.length === 0) return ['empty'];
  const text = asText(value);
  if (text === undefined) return hexDump(value);
  const lines = text.slice(0, MOST_TEXT).split('\n');
  return text.length > MOST_TEXT ? [...lines, `… ${value.length} bytes in all`] : lines;
}

export function valueJson(value: Buffer | null): { text: string } | { base64: string } | null {
  if (value === null) return null;
  const text = asText(value);
  return text === undefined ? { base64: value.toString('base64') } : { text };
}

function asText(value: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Offset, sixteen bytes in hex, and what of them is printable ASCII. */
function hexDump(value: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(value.length, MOST_BYTES); at += 16) {
    const bytes = [...value.subarray(at, at + 16)];
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return value.length > MOST_BYTES ? [...lines, `… ${value.length} bytes in all`] : lines;
}

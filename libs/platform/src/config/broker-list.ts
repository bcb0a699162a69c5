// Kafka's bootstrap servers as one variable: `host:port[,host:port]`, e.g. `kafka-1:9092,kafka-2:9092`.

/** The addresses, in order. Call it on text that {@link brokerListTrouble} finds nothing wrong with. */
export function brokerList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

/** What is wrong with each address, in words that follow "got …, "; undefined when nothing is. */
export function brokerListTrouble(text: string): string | undefined {
  const troubles = brokerList(text).flatMap((address) => {
    const trouble = troubleOf(address);
    return trouble === undefined ? [] : [`${JSON.stringify(address)} ${trouble}`];
  });
  return troubles.length === 0 ? undefined : `of which ${troubles.join(' and ')}`;
}

function troubleOf(address: string): string | undefined {
  if (address === '') return 'is empty';
  if (address.includes('://')) return 'is a URL';
  const { host, port } = /^(?<host>[A-Za-z0-9._-]+)(?::(?<port>\d{1,9}))?$/.exec(address)?.groups ?? {};
  if (host === undefined) return 'is no host:port';
  if (port === undefined) return 'has no port';
  return Number(port) >= 1 && Number(port) <= 65_535 ? undefined : `has port ${port}, which is not from 1 to 65535`;
}

// Where a crate load can stand: open → closed.
export const CRATE_LOAD_STATUSES = ['open', 'closed'] as const;

export type CrateLoadStatus = (typeof CRATE_LOAD_STATUSES)[number];

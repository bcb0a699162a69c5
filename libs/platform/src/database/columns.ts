// Columns of read models whose values the driver gives as text, because they are bigint.
import { Column, type ColumnOptions, type ValueTransformer } from 'typeorm';

const minorUnits: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
const position: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  from: (value: string | null) => (value === null ? null : BigInt(value)),
};

/** An amount of money as a number of minor units; null where the options allow it. Whoever writes it has refused what is beyond 2^53 - 1. */
export function MinorUnitsColumn(name: string, options: ColumnOptions = {}): PropertyDecorator {
  return Column('bigint', { ...options, name, transformer: minorUnits });
}

/** A place in the store as a bigint: of the event that made the row, so that lists are sorted by it, and pages go on from it. */
export function PositionColumn(name: string): PropertyDecorator {
  return Column('bigint', { name, transformer: position });
}

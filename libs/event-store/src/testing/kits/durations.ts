// Spans of time in words, in milliseconds: `minutes(15)` says more than 900000.
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const seconds = (count: number): number => count * SECOND;
export const minutes = (count: number): number => count * MINUTE;
export const hours = (count: number): number => count * HOUR;
export const days = (count: number): number => count * 24 * HOUR;

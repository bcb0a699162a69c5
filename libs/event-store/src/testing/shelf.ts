// A shelf whose events have a past: another name, one row that is several events today, an event that is of no interest any more.
import { Aggregate, asEvent, Event, EventSourcedAggregate, When, type Upcaster } from '../core/index.js';

/** Version 1 had all titles in one text, and a remark that is an event of its own today. */
const stockedFrom1: Upcaster = ({ titles, remark }) => [
  ...String(titles)
    .split(',')
    .filter((title) => title !== '')
    .map((title) => ({ title })),
  ...(remark === undefined ? [] : [asEvent('shelf.remarked', 1, { text: remark })]),
];
const stockedFrom2: Upcaster = (data) => ({ ...data, copies: 1 });

@Event('shelf.stocked', { version: 3, upcast: [stockedFrom1, stockedFrom2], aliases: ['shelf.filled'] })
export class ShelfStocked {
  constructor(
    readonly title: string,
    readonly copies: number,
  ) {}
}

@Event('shelf.remarked', { version: 2, upcast: [({ text }) => ({ remark: text })], from: [ShelfStocked] })
export class ShelfRemarked {
  constructor(readonly remark: string) {}
}

@Event('shelf.dusted', { version: 2, upcast: [() => undefined], retired: true })
export class ShelfDusted {}

@Aggregate('shelf', { retired: [ShelfDusted] })
export class Shelf extends EventSourcedAggregate<{ readonly titles: readonly string[]; readonly remarks: number }> {
  state: { readonly titles: readonly string[]; readonly remarks: number } = { titles: [], remarks: 0 };

  stock(title: string): void {
    this.raise(new ShelfStocked(title, 1));
  }

  @When(ShelfStocked)
  protected stocked({ title }: ShelfStocked): void {
    this.state = { ...this.state, titles: [...this.state.titles, title] };
  }

  @When(ShelfRemarked)
  protected remarked(): void {
    this.state = { ...this.state, remarks: this.state.remarks + 1 };
  }
}

/** Rows as builds of former times have stored them. */
export const oldShelfRows = {
  /** Under the former name. */
  filled: { type: 'shelf.filled', schemaVersion: 1, data: { titles: 'Emma,Ulysses', remark: 'dusty' } },
  nothing: { type: 'shelf.stocked', schemaVersion: 1, data: { titles: '' } },
  stocked: { type: 'shelf.stocked', schemaVersion: 2, data: { title: 'Faust' } },
  dusted: { type: 'shelf.dusted', schemaVersion: 1, data: { by: 'ada' } },
};

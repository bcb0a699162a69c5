// What can happen to an account. Facts, in the past tense; the text in @Event is what the log says for ever.
import { Event } from '@app/event-store/core';

@Event('account.opened')
export class AccountOpened {
  constructor(readonly owner: string) {}
}

@Event('money.deposited')
export class MoneyDeposited {
  constructor(readonly amount: number) {}
}

@Event('money.withdrawn')
export class MoneyWithdrawn {
  constructor(readonly amount: number) {}
}

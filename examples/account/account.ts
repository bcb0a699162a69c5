// The whole domain: methods decide and raise events, @When methods change the state. No framework, no database, no clock.
import { Aggregate, DomainError, EventSourcedAggregate, When } from '@app/event-store/core';
import { AccountOpened, MoneyDeposited, MoneyWithdrawn } from './account.events.js';

export class Overdrawn extends DomainError {
  readonly code = 'OVERDRAWN';

  constructor(amount: number, balance: number) {
    super(`Cannot withdraw ${amount}: the balance is ${balance}.`);
  }
}

@Aggregate('account')
export class Account extends EventSourcedAggregate<{ balance: number }> {
  state = { balance: 0 };

  open(owner: string): void {
    this.raise(new AccountOpened(owner));
  }

  deposit(amount: number): void {
    this.raise(new MoneyDeposited(amount));
  }

  // #region withdraw
  withdraw(amount: number): void {
    if (amount > this.state.balance) throw new Overdrawn(amount, this.state.balance);
    this.raise(new MoneyWithdrawn(amount));
  }
  // #endregion withdraw

  @When(AccountOpened)
  protected opened(_event: AccountOpened): void {
    this.state = { balance: 0 };
  }

  @When(MoneyDeposited)
  protected deposited({ amount }: MoneyDeposited): void {
    this.state = { balance: this.state.balance + amount };
  }

  // #region withdrawn
  @When(MoneyWithdrawn)
  protected withdrawn({ amount }: MoneyWithdrawn): void {
    this.state = { balance: this.state.balance - amount };
  }
  // #endregion withdrawn
}

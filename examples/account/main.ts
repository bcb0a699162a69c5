// Event sourcing in one page: decide, store what happened, rebuild the state from it. Run it with: npm run example account
import { createMemoryStore } from '@app/event-store/memory';
import { Account, Overdrawn } from './account.js';

const accounts = createMemoryStore().aggregates(Account);

// Each call loads the account from its events, decides, and stores what the decision raised.
await accounts.create('alice', (account) => account.open('Alice'));
await accounts.update('alice', (account) => account.deposit(100));
await accounts.update('alice', (account) => account.withdraw(50));
await accounts.update('alice', (account) => account.deposit(25));

// A rule says no: nothing is stored.
try {
  await accounts.update('alice', (account) => account.withdraw(500));
} catch (error) {
  if (!(error instanceof Overdrawn)) throw error;
  console.log(`refused: ${error.message}\n`);
}

// What was stored is the history itself.
for (const { version, type, data } of await accounts.history('alice')) {
  console.log(version, type, JSON.stringify(data));
}

// History answers questions nobody had thought of, like how things stood after the third event.
const earlier = await accounts.loadAt('alice', 3);
console.log(`\nbalance at version 3: ${earlier.state.balance}`);

// The state is nowhere stored: it is rebuilt from the events.
const alice = await accounts.load('alice');
console.log(`balance ${alice.state.balance}`);

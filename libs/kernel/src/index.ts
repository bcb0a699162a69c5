// The face of the kernel: value objects that all contexts agree on. Pure; imports nothing.
export { currencyCodes, isCurrency } from './currency.js';
export { isUuid } from './ids.js';
export {
  add,
  equals,
  inWords,
  isMoney,
  isSameCurrency,
  money,
  MoneyError,
  multiply,
  subtract,
  sum,
  type Money,
  type MoneyErrorCode,
} from './money.js';
export { pageOf, type Page } from './page.js';
export { assertVersion, VersionMismatchError } from './version-mismatch.js';

import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../core/index.js';
import { CommandRegistry } from './command-registry.js';
import { UnencodableCommandError, UnknownCommandTypeError } from './errors.js';

class ConfirmOrder {
  built = 'by the constructor';
  constructor(
    readonly orderId: string,
    readonly amount?: unknown,
  ) {}
}
const namesake = { ConfirmOrder: class {} }.ConfirmOrder;

describe('CommandRegistry', () => {
  it('brings a command back as an instance of its class with the same fields', () => {
    const commands = new CommandRegistry().register(ConfirmOrder).register(ConfirmOrder);
    const command = new ConfirmOrder('1', { minor: 5 });
    const stored = commands.encode(command);
    expect(stored).toEqual({
      type: 'ConfirmOrder',
      data: { orderId: '1', amount: { minor: 5 }, built: 'by the constructor' },
    });
    const decoded = commands.decode(JSON.parse(JSON.stringify(stored)) as typeof stored);
    expect(decoded).toBeInstanceOf(ConfirmOrder);
    expect(decoded).toEqual(command);
  });

  it('refuses two classes with one name', () => {
    expect(() => new CommandRegistry().register(ConfirmOrder, namesake)).toThrow(ConfigurationError);
  });

  it('refuses commands it does not know, on both ways', () => {
    const commands = new CommandRegistry().register(ConfirmOrder);
    expect(() => commands.encode(new namesake())).toThrow(UnknownCommandTypeError);
    expect(() => commands.encode(new Date())).toThrow(UnknownCommandTypeError);
    expect(() => commands.decode({ type: 'constructor', data: {} })).toThrow(UnknownCommandTypeError);
  });

  it('refuses a field that would come back different', () => {
    const commands = new CommandRegistry().register(ConfirmOrder);
    expect(() => commands.encode(new ConfirmOrder('1', new Date(0)))).toThrow(UnencodableCommandError);
  });
});

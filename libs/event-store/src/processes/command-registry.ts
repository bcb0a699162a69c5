// The commands a service knows: class name ↔ class, so that a command can wait in a table and be executed as what it was.
import { ConfigurationError, type Class } from '../core/index.js';
import { UnencodableCommandError, UnknownCommandTypeError } from './errors.js';
import { jsonProblem } from './plain-json.js';

export interface EncodedCommand {
  readonly type: string;
  readonly data: object;
}

export class CommandRegistry {
  private readonly classes = new Map<string, Class>();

  /** @throws ConfigurationError when two classes have the same name. */
  register(...commandClasses: readonly Class[]): this {
    for (const commandClass of commandClasses) {
      const known = this.classes.get(commandClass.name);
      if (known && known !== commandClass) {
        throw new ConfigurationError(
          `Two command classes are called ${commandClass.name}. Stored commands are found by class name: rename one of them.`,
        );
      }
      this.classes.set(commandClass.name, commandClass);
    }
    return this;
  }

  has(commandClass: Class): boolean {
    return this.classes.get(commandClass.name) === commandClass;
  }

  /** @throws UnknownCommandTypeError not registered; @throws UnencodableCommandError a field that JSON cannot hold. */
  encode(command: object): EncodedCommand {
    const commandClass = command.constructor as Class;
    if (!this.has(commandClass)) throw new UnknownCommandTypeError(commandClass.name);
    const data = { ...command };
    const problem = jsonProblem(data);
    if (problem) throw new UnencodableCommandError(commandClass.name, problem);
    return { type: commandClass.name, data };
  }

  /**
   * An instance with the fields as stored; the constructor does not run. `data` is not the instance's to change: it may be read again, and its
   * hash is what the command is known by. @throws UnknownCommandTypeError
   */
  decode({ type, data }: EncodedCommand): object {
    const commandClass = this.classes.get(type);
    if (!commandClass) throw new UnknownCommandTypeError(type);
    return Object.assign(Object.create(commandClass.prototype as object) as object, structuredClone(data));
  }
}

// @Env makes a field of a configuration class a variable of the environment: the field's name is the variable's name.
import { IsBoolean, IsInt, IsString } from 'class-validator';

export type EnvKind = 'text' | 'integer' | 'boolean';

export interface EnvVariable {
  readonly name: string;
  readonly kind: EnvKind;
  /** What a right value looks like, for the message that refuses a wrong one. */
  readonly expected: string;
  /** Never shown in a message, and may come as a file: `NAME_FILE`. */
  readonly secret: boolean;
  /** Looks at what a value names, e.g. a file: what is wrong with it in words that follow "got …, ", and of a secret tell nothing. */
  readonly inspect?: (text: string) => string | undefined;
}

/** A class whose fields carry {@link Env}. Initialisers are the defaults. */
export type ConfigClass<T extends object = object> = new () => T;

const variables = new WeakMap<object, EnvVariable[]>();
const checks: Record<EnvKind, () => PropertyDecorator> = {
  text: IsString,
  integer: IsInt,
  boolean: IsBoolean,
};

export type EnvOptions = Pick<EnvVariable, 'expected' | 'inspect'> & Partial<Pick<EnvVariable, 'secret'>>;

/** Put class-validator's decorators beside it for what the kind does not say; a field without a default is required unless `@IsOptional()`. */
export function Env(kind: EnvKind, options: EnvOptions): PropertyDecorator {
  return (prototype, name) => {
    const own = variables.get(prototype) ?? [];
    own.push({ secret: false, ...options, name: String(name), kind });
    variables.set(prototype, own);
    checks[kind]()(prototype, name);
  };
}

/** The variables of a class in the order they are declared, then those of the classes it extends. */
export function variablesOf(configClass: ConfigClass): readonly EnvVariable[] {
  const found: EnvVariable[] = [];
  for (let at = configClass.prototype as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    found.push(...(variables.get(at) ?? []));
  }
  return found;
}

// Lets a parameter decorator document its route: whoever takes the parameter has the header in the API docs, and nobody else.

/** For the second argument of `createParamDecorator`. */
export function documentedBy(...decorators: readonly MethodDecorator[]): ParameterDecorator {
  return (prototype, name) => {
    const descriptor = name === undefined ? undefined : Object.getOwnPropertyDescriptor(prototype, name);
    if (name === undefined || !descriptor) return;
    for (const decorate of decorators) decorate(prototype, name, descriptor);
  };
}

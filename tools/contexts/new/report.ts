// What people read after `npm run new:context`: what was written, and what to type next.
import type { Plan } from './plan.js';

export function filesInWords({ created, changed }: Plan, dryRun: boolean): string {
  const [create, change] = dryRun ? ['would create', 'would change'] : ['created', 'changed'];
  return [
    ...created.map(({ path }) => `  ${create}  ${path}`),
    ...changed.map(({ path }) => `  ${change}  ${path}`),
  ].join('\n');
}

export function nextSteps({ context: { names, port, message } }: Plan): string {
  const { context, aggregate, aggregates } = names;
  const app = `apps/${context.kebab}-service`;
  const opens = message
    ? `${message.name} of ${message.topic}`
    : `${aggregate.pascal}RequestedV1 of shop.${context.kebab}.requests.v1`;
  return `
It hears ${opens}, answers at /${aggregates.kebab}, and npm start gives it port ${port}.

Look whether all is well
  npm run check
  npx vitest run ${app} libs/contracts/src/${context.kebab}

Run it with the others
  npm start

Read first
  ${app}/src/${context.kebab}.module.ts      what it has
  ${app}/src/domain/${aggregate.kebab}.ts      what it decides
  docs/reference/${context.kebab}.md      its messages, and how to change it

Take it out again: commit it first (git add -A && git commit), or add -- --force, because git could not give it back
  npm run remove:context ${context.kebab}
`;
}

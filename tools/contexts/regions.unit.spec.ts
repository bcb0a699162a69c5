import { describe, expect, it } from 'vitest';
import { insertRegion, regionsOf, removeRegions } from './regions.js';

const yaml = `services:
  # Two for each context.

  # context: order
  order-service: {}
  # end context: order

  # context: payment
  payment-service: {}
  # end context: payment

  # contexts end here

  kafka: {}
`;
const dense = `export * from './fields.js';
// context: order
export * from './order.js';
// end context: order
// contexts end here
`;
const page = `# Title

Text.
<!-- context: order payment -->
About the shop.
<!-- end context: order payment -->

More.

<!-- context: payment -->

At the end.

<!-- end context: payment -->
`;

describe('regions', () => {
  it('are found under the comment signs of yaml, sql, TypeScript and Markdown', () => {
    for (const [begin, end] of [
      ['  # context: order', '  # end context: order'],
      ['-- context: order', '-- end context: order'],
      ['// context: order', '// end context: order'],
      ['<!-- context: order -->', '<!-- end context: order -->'],
    ])
      expect(regionsOf(`a\n${begin}\nb\n${end}\n`, 'x')).toEqual([{ contexts: ['order'], start: 1, end: 3 }]);
    expect(regionsOf(page, 'x').map(({ contexts }) => contexts)).toEqual([['order', 'payment'], ['payment']]);
  });

  it('are not seen in sentences that speak of a context', () => {
    expect(regionsOf('# The context: order is one.\n// in context: order\n#context: order\n', 'x')).toEqual([]);
  });

  it.each([
    ['a\n# context: order\nb', "f:2: the region of 'order' has no end. Add '… end context: order'."],
    ['# context: order\n# context: payment\n', "f:2: '# context: payment' stands in the region of 'order' (line 1)"],
    ['\n# end context: order\n', "f:2: '# end context: order' ends a region that did not begin."],
    ['# context: order\n# end context: payment\n', "f:2: '# end context: payment' stands where '… end context: order'"],
  ])('%j is refused with file and line', (text, sentence) => {
    expect(() => regionsOf(text, 'f')).toThrow(sentence);
  });
});

describe('removing', () => {
  it('takes the region and one blank line, so that neighbours stay one apart', () => {
    expect(removeRegions(yaml, 'x', 'order')).toBe(
      yaml.replace('  # context: order\n  order-service: {}\n  # end context: order\n\n', ''),
    );
    expect(removeRegions(removeRegions(yaml, 'x', 'order'), 'x', 'payment')).toBe(
      'services:\n  # Two for each context.\n\n  # contexts end here\n\n  kafka: {}\n',
    );
  });

  it('takes a region that names several contexts with any of them, and leaves the paragraph above as it is', () => {
    expect(removeRegions(page, 'x', 'order')).toContain('# Title\n\nText.\n\nMore.\n\n<!-- context: payment -->');
    expect(removeRegions(page, 'x', 'payment')).toBe('# Title\n\nText.\n\nMore.\n');
  });

  it('changes nothing for a context that has none', () => {
    expect(removeRegions(page, 'x', 'shipping')).toBe(page);
  });
});

describe('inserting', () => {
  it('puts the region at the end of the list, indented and separated as the list is', () => {
    expect(insertRegion(yaml, 'x', 'shipping', 'shipping-service:\n  a: 1\n\n  b: 2\n')).toContain(`
  # end context: payment

  # context: shipping
  shipping-service:
    a: 1

    b: 2
  # end context: shipping

  # contexts end here
`);
    expect(insertRegion(dense, 'x', 'shipping', "export * from './shipping.js';")).toContain(
      "// end context: order\n// context: shipping\nexport * from './shipping.js';\n// end context: shipping\n// contexts end here\n",
    );
    const list = '- a\n<!-- contexts end here -->\n';
    expect(insertRegion(list, 'x', 'shipping', '- b')).toBe(
      '- a\n<!-- context: shipping -->\n- b\n<!-- end context: shipping -->\n<!-- contexts end here -->\n',
    );
  });

  it.each([yaml, dense])('is undone by removing, to the letter', (text) => {
    expect(removeRegions(insertRegion(text, 'x', 'shipping', 'a: 1'), 'x', 'shipping')).toBe(text);
  });

  it('is refused where the list is missing, where there are two, and where the context is already', () => {
    expect(() => insertRegion('a\n', 'f', 'shipping', 'b')).toThrow(
      "f: expected the line '… contexts end here' once, found it 0",
    );
    expect(() => insertRegion(dense + dense, 'f', 'shipping', 'b')).toThrow('found it 2 times');
    expect(() => insertRegion(dense, 'f', 'order', 'b')).toThrow("f has a region of 'order' already.");
  });
});

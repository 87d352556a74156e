import { expect, test } from 'vitest';
import { membersOf, typeOf, type Contract } from '../src/pages/docs/contract.ts';

const contract: Contract = {
  info: { title: '' },
  paths: {},
  components: { schemas: { Limits: { properties: { rpm: { type: ['integer', 'null'] } } } } },
};

test('a schema is named in a few words', () => {
  expect(typeOf({ $ref: '#/components/schemas/Money' })).toBe('Money');
  expect(typeOf({ type: 'array', items: { type: 'string' } })).toBe('string[]');
  expect(typeOf({ type: ['string', 'null'], format: 'date-time' })).toBe('date-time | null');
  expect(typeOf({ type: 'string', enum: ['day', 'week'] })).toBe('"day" | "week"');
});

test('an object has the members of what it is made of', () => {
  const made = { allOf: [{ $ref: '#/components/schemas/Limits' }, { properties: { id: {} }, required: ['id'] }] };
  expect(membersOf(made, contract).map(({ name, required }) => [name, required])).toEqual([
    ['rpm', false],
    ['id', true],
  ]);
});

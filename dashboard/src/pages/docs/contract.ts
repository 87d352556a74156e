/** The gateway's OpenAPI document, as far as its page shows it. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  allOf?: Schema[];
  oneOf?: Schema[];
  default?: unknown;
  example?: unknown;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

export interface Operation {
  operationId: string;
  description?: string;
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: Content;
  responses?: Record<string, Content & { description?: string }>;
  security?: Record<string, string[]>[];
}

/** A code of an error, with what to do about it. */
export interface ProblemCode {
  code: string;
  status: number;
  hint: string;
}

export interface Contract {
  'x-problems'?: ProblemCode[];
  info: { title: string; description?: string };
  paths: Record<string, Partial<Record<Method, Operation>>>;
  components: { schemas: Record<string, Schema> };
}

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

export interface Call {
  method: Method;
  path: string;
  operation: Operation;
}

/** What is called for one thing, such as keys. */
export function groupsOf({ paths }: Contract): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const [path, item] of Object.entries(paths)) {
    const noun = path.replace('/api/v1/', '').split('/').find(Boolean) ?? path;
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) groups.set(noun, [...(groups.get(noun) ?? []), { method, path, operation }]);
    }
  }
  return groups;
}

export const schemaOf = ({ content }: Content): Schema | undefined => Object.values(content ?? {})[0]?.schema;

const nameOf = (ref: string): string => ref.split('/').at(-1) ?? ref;

/** A schema in a few words: a name, a list of it, a choice. */
export function typeOf(schema: Schema): string {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(' | ');
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ');
  const types = [schema.type ?? 'object'].flat();
  return types
    .map((type) =>
      type === 'array' ? `${typeOf(schema.items ?? {})}[]` : type === 'string' ? (schema.format ?? type) : type,
    )
    .join(' | ');
}

/** The members of an object, those of what it is made of too. */
export function membersOf(schema: Schema, contract: Contract): { name: string; schema: Schema; required: boolean }[] {
  const own = Object.entries(schema.properties ?? {}).map(([name, member]) => ({
    name,
    schema: member,
    required: schema.required?.includes(name) ?? false,
  }));
  const inherited = (schema.allOf ?? []).flatMap((part) => membersOf(resolve(part, contract), contract));
  return [...inherited, ...own];
}

export const resolve = (schema: Schema, { components }: Contract): Schema =>
  schema.$ref ? (components.schemas[nameOf(schema.$ref)] ?? schema) : schema;

